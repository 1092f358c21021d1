#include "librunner/container-mounts.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/mount-plan.h"
#include "librunner/root-path.h"
#include "librunner/rootfs.h"
#include "librunner/tmpfs-options.h"
#include "librunner/volume-mount.h"

/* Ours, where they were written by a first start. A booted system's own tools may change its name:
 * that file is not bound. */
static void add_own(const Container *c, const char *dir, MountPlan *plan)
{
	static const char *const etc[] = { "hostname", "hosts", "resolv.conf" };

	for (size_t i = c->racker.boot ? 1 : 0; i < 3; i++) {
		cleanup_free char *source = xasprintf("%s/%s", dir, etc[i]);
		cleanup_free char *target = xasprintf("/etc/%s", etc[i]);

		if (access(source, F_OK) == 0 && !mount_plan_has(plan, target))
			mount_plan_add_bind(plan, source, target, false);
	}
}

/* Makes the place where it is to be mounted, or opens it; -ENOENT for a file of ours that the image
 * has no plain file for. */
static int open_target(int root, const PlannedMount *p, bool ours, bool dir)
{
	struct stat st;
	int fd;

	if (!ours)
		return dir ? root_make_dir(root, p->target, 0755)
			   : root_make_file(root, p->target, 0644);
	fd = fs_open_in_root(root, p->target, O_PATH | O_NOFOLLOW, 0);
	if (fd >= 0 && (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))) {
		(void)fd_close(fd);
		return -ENOENT;
	}
	return fd;
}

static int mount_bind(int root, const PlannedMount *p, bool ours)
{
	cleanup_free char *at = NULL, *mounted = NULL;
	cleanup_fd int target = -1, again = -1;
	struct stat st;

	if (stat(p->source, &st) < 0)
		return -errno;
	target = open_target(root, p, ours, S_ISDIR(st.st_mode));
	if (target < 0)
		return ours && target == -ENOENT ? 0 : target;
	at = xasprintf("/proc/self/fd/%d", target);
	if (mount(p->source, at, NULL, p->non_recursive ? MS_BIND : MS_BIND | MS_REC, NULL) < 0)
		return -errno;
	if (!p->readonly)
		return 0;
	again = fs_open_in_root(root, p->target, O_PATH, 0);
	if (again < 0)
		return again;
	mounted = xasprintf("/proc/self/fd/%d", again);
	return mount(NULL, mounted, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL) < 0 ? -errno : 0;
}

/* One that is a mount is mounted for us alone, unless it is there already. */
static int mount_volume(Runtime *rt, int root, const PlannedMount *p, Error **err)
{
	cleanup_volume Volume *v = NULL;
	cleanup_free char *dir = NULL, *source = NULL;
	cleanup_fd int parent = -1, whole = -1, sub = -1;
	PlannedMount bind = *p;
	int r = volume_find(rt, p->source, &v, err);

	if (r < 0)
		return r;
	dir = xstrndup(v->mountpoint, (size_t)(strrchr(v->mountpoint, '/') - v->mountpoint));
	parent = fs_open_dir(AT_FDCWD, dir);
	if (volume_is_mount(v) && parent >= 0 && !fs_is_mount_point(parent, "_data"))
		r = volume_mount_at(v, v->mountpoint, err);
	if (r < 0)
		return r;
	whole = fs_open_dir(AT_FDCWD, v->mountpoint);
	sub = p->subpath && whole >= 0 ? fs_open_beneath(whole, p->subpath, O_PATH) : -1;
	if (whole < 0 || (p->subpath && sub < 0))
		return error_errno(err, whole < 0 ? -whole : -sub, "open volume %s", p->source);
	bind.source = source = xasprintf("/proc/self/fd/%d", p->subpath ? sub : whole);
	r = mount_bind(root, &bind, false);
	return r < 0 ? error_errno(err, -r, "mount volume %s on %s", p->source, p->target) : 0;
}

static int mount_image(Runtime *rt, int root, const PlannedMount *p, Error **err)
{
	cleanup_image Image *image = NULL;
	cleanup_free char *at = NULL, *part = NULL;
	cleanup_fd int target = root_make_dir(root, p->target, 0755), whole = -1, sub = -1;
	int r = target < 0 ? error_errno(err, -target, "make %s", p->target)
			   : image_find(rt->store, p->source, &image, err);

	if (r < 0)
		return r;
	at = xasprintf("/proc/self/fd/%d", target);
	r = rootfs_mount_image(rt->store, image->layers, at, err);
	if (r < 0 || str_empty(p->subpath))
		return r;
	whole = fs_open_in_root(root, p->target, O_PATH | O_DIRECTORY, 0);
	sub = whole < 0 ? whole : fs_open_in_root(whole, p->subpath, O_PATH, 0);
	if (sub < 0)
		return error_errno(err, -sub, "subpath %s of image %s", p->subpath, p->source);
	part = xasprintf("/proc/self/fd/%d", sub);
	free(at);
	at = xasprintf("/proc/self/fd/%d", whole);
	return mount(part, at, NULL, MS_BIND, NULL) < 0
		       ? error_errno(err, errno, "mount subpath %s", p->subpath)
		       : 0;
}

static int mount_memory(int root, const PlannedMount *p, Error **err)
{
	cleanup_fd int target = root_make_dir(root, p->target, 0755);
	TmpfsMount t = { 0 };
	int r = target < 0 ? error_errno(err, -target, "make %s", p->target)
			   : tmpfs_options_parse(p->options, &t, err);

	if (r >= 0) {
		cleanup_free char *at = xasprintf("/proc/self/fd/%d", target);

		if (mount("tmpfs", at, "tmpfs", t.flags, t.data) < 0)
			r = error_errno(err, errno, "mount a tmpfs on %s", p->target);
	}
	free(t.data);
	return r;
}

/* Mounts in memory are as empty as before the container had them: who copies files, as Docker does,
 * looks below them. */
static int mount_planned(Runtime *rt, const Container *c, const char *dir, int root, bool memory,
			 Error **err)
{
	cleanup_mount_plan MountPlan plan = { 0 };
	int r = mount_plan_make(&c->host, &c->racker, &plan, err);
	size_t n = plan.n;

	if (r < 0)
		return r;
	add_own(c, dir, &plan);
	for (size_t i = 0; r >= 0 && i < plan.n; i++) {
		const PlannedMount *p = &plan.list[i];

		if (p->kind == PLANNED_IMAGE)
			r = mount_image(rt, root, p, err);
		if (p->kind == PLANNED_TMPFS && memory)
			r = mount_memory(root, p, err);
		if (p->kind == PLANNED_VOLUME)
			r = mount_volume(rt, root, p, err);
		if (p->kind != PLANNED_BIND)
			continue;
		r = mount_bind(root, p, i >= n);
		if (r < 0)
			return error_errno(err, -r, "mount %s on %s", p->source, p->target);
	}
	return r;
}

/* A directory of the host's that is the root: seen at a place of ours, so that nothing mounted in
 * it is seen elsewhere. */
static int mount_directory(const Container *c, const char *dir, Error **err)
{
	cleanup_free char *merged = xasprintf("%s/merged", dir);
	int r = fs_mkdir_p(AT_FDCWD, merged, 0755);

	if (r < 0)
		return error_errno(err, -r, "make %s", merged);
	if (mount(c->racker.rootfs, merged, NULL, MS_BIND | MS_REC, NULL) < 0)
		return error_errno(err, errno, "mount %s", c->racker.rootfs);
	return 0;
}

static int mount_root(Runtime *rt, const Container *c, ContainerRootKind kind, const char *dir,
		      Error **err)
{
	RootfsFlags flags = kind == ROOT_IMAGE ? 0 : ROOTFS_WITH_UPPER;

	if (kind == ROOT_ENTER)
		kind = ROOT_WRITE;
	if (kind == ROOT_WRITE && c->racker.ephemeral)
		return error_set(err, ENOTSUP,
				 "container %s keeps nothing between its runs (--ephemeral)",
				 c->name);
	if (!str_empty(c->racker.rootfs))
		return mount_directory(c, dir, err);
	if (kind == ROOT_WRITE)
		return rootfs_mount(rt->store, c->racker.layers, dir, 0, err);
	return rootfs_mount_view(rt->store, c->racker.layers, dir, flags, err);
}

int container_mount(Runtime *rt, const Container *c, ContainerRootKind kind, int *ret_fd,
		    Error **err)
{
	cleanup_free char *dir = xasprintf("%s/containers/%s", rt->root, c->id);
	cleanup_free char *merged = xasprintf("%s/merged", dir);
	cleanup_fd int fd = -1;
	int r = mount_root(rt, c, kind, dir, err);

	/* It may never have been started; and below its mounts are the host's files. */
	if (r >= 0 && kind == ROOT_ENTER)
		r = rootfs_complete(merged, c->racker.boot, err);
	if (r < 0)
		return r;
	fd = open(merged, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, errno, "open %s", merged);
	if (kind == ROOT_READ || kind == ROOT_WRITE || kind == ROOT_ENTER)
		r = mount_planned(rt, c, dir, fd, kind == ROOT_ENTER, err);
	if (r < 0)
		return r;
	*ret_fd = steal_fd(&fd);
	return 0;
}

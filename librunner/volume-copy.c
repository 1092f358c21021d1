#include "librunner/volume-copy.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/child.h"
#include "librunner/rootfs.h"
#include "librunner/tree-copy.h"
#include "librunner/volume-internal.h"
#include "librunner/volume-mount.h"

/* In a volume's directory: what is being copied. */
#define COPY_DIR "copy"

typedef struct CopyAll {
	Runtime *rt;
	const Container *c;
	const MountPlan *plan;
	const char *dir; /* absolute: a place for the image's root */
} CopyAll;

static bool is_empty(int dirfd, const char *path)
{
	int fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	cleanup_dir DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;

	if (!dir) {
		(void)fd_close(fd);
		return false;
	}
	while ((e = readdir(dir)))
		if (!streq(e->d_name, ".") && !streq(e->d_name, ".."))
			return false;
	return true;
}

/* What is below a mount is seen only when it is mounted; a new tmpfs would forget it at once. */
bool volume_copy_wanted(Runtime *rt, const PlannedMount *p)
{
	cleanup_volume Volume *v = NULL;
	const char *type;

	if (p->kind != PLANNED_VOLUME || p->no_copy || !p->source ||
	    volume_find(rt, p->source, &v, NULL) < 0)
		return false;
	type = env_get(v->options, "type");
	if (volume_is_mount(v))
		return !(type && streq(type, "tmpfs"));
	return p->subpath || is_empty(AT_FDCWD, v->mountpoint);
}

/* ---- in a process and a mount namespace of its own ---- */

/* What the image has there: -ENOENT when it has nothing. */
static int open_source(int root, const PlannedMount *p, Error **err)
{
	int fd = fs_open_in_root(root, p->target, O_RDONLY | O_DIRECTORY, 0);

	if (fd == -ENOTDIR && faccessat(root, p->target + 1, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return error_set(err, ENOTDIR,
				 "cannot mount volume over existing file, file exists %s",
				 p->target);
	if (fd == -ENOENT)
		return fd;
	return fd < 0 ? error_go(err, -fd, "lstat", p->target) : fd;
}

static int copy_tree(int from, int to, const PlannedMount *p, Error **err)
{
	const TreeCopyOptions o = { .xattrs = XATTRS_PORTABLE, .exact = true, .shown = p->target };
	int64_t size = 0;
	int r = tree_copy_into(from, to, &o, &size, err);

	return r < 0 ? error_prefix(err, r, "copy %s of the image into volume %s", p->target,
				    p->source)
		     : 0;
}

/* Beside the volume's directory, which it replaces while that is empty. */
static int copy_and_rename(int dir, int from, const PlannedMount *p, Error **err)
{
	cleanup_fd int to = -1;
	int r = fs_remove_tree(dir, COPY_DIR);

	if (r >= 0)
		r = fs_mkdir_p(dir, COPY_DIR, 0700);
	to = r < 0 ? r : fs_open_dir(dir, COPY_DIR);
	if (to < 0)
		return error_errno(err, -to, "prepare volume %s", p->source);
	r = copy_tree(from, to, p, err);
	if (r >= 0 && renameat(dir, COPY_DIR, dir, VOLUME_DATA) < 0)
		r = error_errno(err, errno, "fill volume %s", p->source);
	if (r < 0)
		(void)fs_remove_tree(dir, COPY_DIR);
	return r;
}

/* A subpath that is not there yet is an error of the start, as in Docker. */
static int copy_in_place(int from, int data, const PlannedMount *p, Error **err)
{
	cleanup_fd int sub = -1, to = -1;

	if (p->subpath) {
		sub = fs_open_beneath(data, p->subpath, O_PATH | O_DIRECTORY);
		if (sub < 0)
			return 0;
	}
	to = fs_open_dir(p->subpath ? sub : data, ".");
	if (to < 0)
		return error_errno(err, -to, "open volume %s", p->source);
	return is_empty(to, ".") ? copy_tree(from, to, p, err) : 0;
}

/* The volume's directory, mounted if it is a mount; in our namespace alone, unless it is mounted
 * for everybody. */
static int open_data(const Volume *v, int dir, Error **err)
{
	int fd, r = 0;

	if (volume_is_mount(v) && !fs_is_mount_point(dir, VOLUME_DATA))
		r = volume_mount_at(v, v->mountpoint, err);
	if (r < 0)
		return r;
	fd = fs_open_dir(AT_FDCWD, v->mountpoint);
	return fd < 0 ? error_errno(err, -fd, "open %s", v->mountpoint) : fd;
}

static int copy_one(const CopyAll *all, int root, const PlannedMount *p, Error **err)
{
	cleanup_free char *path = xasprintf(VOLUMES_DIR "/%s", p->source);
	cleanup_fd int dir = fs_open_dir(store_fd(all->rt->store), path), from = -1, data = -1;
	cleanup_strv char **users = NULL;
	cleanup_volume Volume *v = NULL;
	int r;

	if (dir < 0)
		return error_errno(err, -dir, "open %s/%s", all->rt->root, path);
	from = open_source(root, p, err);
	if (from < 0)
		return from == -ENOENT ? 0 : from;
	r = volume_find(all->rt, p->source, &v, err);
	if (r >= 0)
		r = volume_users(all->rt, p->source, &users, err);
	if (r < 0)
		return r;
	if (!users && !volume_is_mount(v) && !p->subpath)
		return is_empty(dir, VOLUME_DATA) ? copy_and_rename(dir, from, p, err) : 0;
	data = open_data(v, dir, err);
	return data < 0 ? data : copy_in_place(from, data, p, err);
}

static int mount_root(const CopyAll *all, int *ret, Error **err)
{
	cleanup_free char *merged = xasprintf("%s/merged", all->dir);
	const char *rootfs = all->c->racker.rootfs;
	int r = rootfs ? 0
		       : rootfs_mount_view(all->rt->store, all->c->racker.layers, all->dir, 0, err);

	if (r < 0)
		return r;
	*ret = open(rootfs ? rootfs : merged, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return *ret < 0 ? error_errno(err, errno, "open the image's root") : 0;
}

static int copy_child(void *userdata, Error **err)
{
	const CopyAll *all = userdata;
	cleanup_fd int root = -1;
	int r = rootfs_private(err);

	if (r >= 0)
		r = mount_root(all, &root, err);
	for (size_t i = 0; r >= 0 && i < all->plan->n; i++)
		if (volume_copy_wanted(all->rt, &all->plan->list[i]))
			r = copy_one(all, root, &all->plan->list[i], err);
	return r;
}

int volume_copy_all(Runtime *rt, const Container *c, const MountPlan *plan, Error **err)
{
	CopyAll all = { .rt = rt, .c = c, .plan = plan };
	cleanup_free char *stage = NULL, *dir = NULL;
	bool wanted = false;
	int fd, r;

	for (size_t i = 0; i < plan->n; i++)
		wanted = wanted || volume_copy_wanted(rt, &plan->list[i]);
	if (!wanted)
		return 0;
	fd = store_stage_new(rt->store, "image", &stage, err);
	if (fd < 0)
		return fd;
	all.dir = dir = xasprintf("%s/%s", rt->root, stage);
	r = child_run(copy_child, &all, err);
	store_stage_remove(rt->store, stage, fd);
	return r;
}

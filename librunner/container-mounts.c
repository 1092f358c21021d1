#include "librunner/container-mounts.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/container-check.h"
#include "librunner/root-path.h"
#include "librunner/rootfs.h"

/* What is bound into a container, as its configuration says. */
typedef struct Place {
	char *source, *target;
	bool readonly, ours;
} Place;

typedef struct Places {
	Place *list;
	size_t n, cap;
} Places;

static void places_clear(Places *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->list[i].source);
		free(p->list[i].target);
	}
	free(p->list);
}

static void places_add(Places *p, const char *source, const char *target, bool readonly, bool ours)
{
	GROW(p->list, p->n, &p->cap);
	p->list[p->n++] = (Place){ .source = xstrdup(source),
				   .target = xstrdup(target),
				   .readonly = readonly,
				   .ours = ours };
}

static bool places_have(const Places *p, const char *target)
{
	for (size_t i = 0; i < p->n; i++)
		if (streq(p->list[i].target, target))
			return true;
	return false;
}

static int by_target(const void *a, const void *b)
{
	return strcmp(((const Place *)a)->target, ((const Place *)b)->target);
}

static int places_of(const Container *c, const char *dir, Places *p, Error **err)
{
	static const char *const etc[] = { "hostname", "hosts", "resolv.conf" };

	/* A booted system's own tools may change its name: that file is not bound. */
	for (size_t i = c->racker.boot ? 1 : 0; i < 3; i++) {
		cleanup_free char *source = xasprintf("%s/%s", dir, etc[i]);
		cleanup_free char *target = xasprintf("/etc/%s", etc[i]);

		if (access(source, F_OK) == 0)
			places_add(p, source, target, false, true);
	}
	STRV_FOREACH(text, c->host.binds) {
		cleanup_bind Bind bind = { 0 };
		int r = bind_parse(*text, &bind, err);

		if (r < 0)
			return r;
		places_add(p, bind.source, bind.target, bind.readonly, false);
	}
	for (size_t i = 0; i < c->host.n_mounts; i++) {
		const Mount *m = &c->host.mounts[i];

		if (streq(m->type, "bind"))
			places_add(p, m->source, m->target, m->readonly, false);
	}
	/* --volumes-from */
	for (size_t i = 0; i < c->racker.n_inherited; i++) {
		const Mount *m = &c->racker.inherited[i];

		if (!places_have(p, m->target))
			places_add(p, m->source, m->target, m->readonly, false);
	}
	/* What contains another one comes first. */
	if (p->n)
		qsort(p->list, p->n, sizeof(*p->list), by_target);
	return 0;
}

/* Makes the place where it is to be mounted, or opens it; -ENOENT for a file of ours that the image
 * has no plain file for. */
static int open_target(int root, const Place *p, bool dir)
{
	struct stat st;
	int fd;

	if (!p->ours)
		return dir ? root_make_dir(root, p->target, 0755)
			   : root_make_file(root, p->target, 0644);
	fd = fs_open_in_root(root, p->target, O_PATH | O_NOFOLLOW, 0);
	if (fd >= 0 && (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))) {
		(void)fd_close(fd);
		return -ENOENT;
	}
	return fd;
}

static int mount_place(int root, const Place *p)
{
	cleanup_free char *at = NULL, *mounted = NULL;
	cleanup_fd int target = -1, again = -1;
	struct stat st;

	if (stat(p->source, &st) < 0)
		return -errno;
	target = open_target(root, p, S_ISDIR(st.st_mode));
	if (target < 0)
		return p->ours && target == -ENOENT ? 0 : target;
	at = xasprintf("/proc/self/fd/%d", target);
	if (mount(p->source, at, NULL, MS_BIND | MS_REC, NULL) < 0)
		return -errno;
	if (!p->readonly)
		return 0;
	again = fs_open_in_root(root, p->target, O_PATH, 0);
	if (again < 0)
		return again;
	mounted = xasprintf("/proc/self/fd/%d", again);
	return mount(NULL, mounted, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL) < 0 ? -errno : 0;
}

static int mount_places(const Container *c, const char *dir, int root, Error **err)
{
	cleanup(places_clear) Places places = { 0 };
	int r = places_of(c, dir, &places, err);

	for (size_t i = 0; r >= 0 && i < places.n; i++) {
		r = mount_place(root, &places.list[i]);
		if (r < 0)
			return error_errno(err, -r, "mount %s on %s", places.list[i].source,
					   places.list[i].target);
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

	if (r < 0)
		return r;
	fd = open(merged, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, errno, "open %s", merged);
	if (kind == ROOT_READ || kind == ROOT_WRITE)
		r = mount_places(c, dir, fd, err);
	if (r < 0)
		return r;
	*ret_fd = steal_fd(&fd);
	return 0;
}

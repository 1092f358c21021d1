#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <sys/mount.h>
#include <sys/vfs.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "librunner/rootfs-internal.h"

/* The directory is the root: what the container writes stays in it. */
static int bind_directory(const char *directory, const char *dir, Error **err)
{
	cleanup_free char *merged = xasprintf("%s/merged", dir);
	int r = fs_mkdir_p(AT_FDCWD, merged, 0755);

	if (r < 0)
		return error_errno(err, -r, "make %s", merged);
	if (mount(directory, merged, NULL, MS_BIND | MS_REC, NULL) < 0)
		return error_errno(err, errno, "rootfs %s", directory);
	return 0;
}

static void add_lower(Strbuf *b, const RackerConfig *racker, const char *relative)
{
	if (str_empty(racker->rootfs)) {
		rootfs_add_lowers(b, racker->layers, relative, false);
		return;
	}
	strbuf_adds(b, "lowerdir=");
	rootfs_add_escaped(b, racker->rootfs);
}

static char *ephemeral_options(const RackerConfig *racker, const char *relative)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;

	add_lower(&b, racker, relative);
	strbuf_adds(&b, ",upperdir=");
	rootfs_add_escaped(&b, relative);
	strbuf_adds(&b, "/memory/upper,workdir=");
	rootfs_add_escaped(&b, relative);
	strbuf_adds(&b, "/memory/work,index=off,metacopy=off,redirect_dir=off");
	return strbuf_steal(&b);
}

static const char *top_of(const RackerConfig *racker)
{
	size_t n = strv_length(racker->layers);

	return !str_empty(racker->rootfs) ? racker->rootfs : n ? racker->layers[n - 1] : NULL;
}

/* A container that is started again by the same monitor finds what it wrote. */
static bool is_memory(const char *path)
{
	struct statfs fs;

	return statfs(path, &fs) == 0 && fs.f_type == TMPFS_MAGIC;
}

static int make_memory(const char *memory, int layersfd, const char *top)
{
	cleanup_fd int fd = -1;
	int r;

	if (is_memory(memory))
		return 0;
	r = fs_mkdir_p(AT_FDCWD, memory, 0700);
	if (r >= 0 && mount("tmpfs", memory, "tmpfs", 0, "mode=0700") < 0)
		r = -errno;
	if (r >= 0)
		r = fd = fs_open_dir(AT_FDCWD, memory);
	if (r >= 0)
		r = rootfs_make_upper(fd, layersfd, top);
	return r < 0 ? r : fs_mkdir_p(fd, "work", 0700);
}

static int mount_ephemeral(Store *store, const RackerConfig *racker, const char *dir, Error **err)
{
	cleanup_free char *relative = rootfs_relative_dir(store, dir);
	cleanup_free char *options = ephemeral_options(racker, relative);
	cleanup_free char *merged = xasprintf("%s/merged", dir);
	cleanup_free char *memory = xasprintf("%s/memory", dir);
	cleanup_fd int layersfd = -1, dirfd = -1;
	int r = rootfs_open_dirs(store, racker->layers, dir, &layersfd, &dirfd, err);

	if (r < 0)
		return r;
	r = make_memory(memory, layersfd, top_of(racker));
	if (r >= 0)
		r = fs_mkdir_p(dirfd, "merged", 0755);
	if (r >= 0 && !top_of(racker))
		r = fs_mkdir_p(dirfd, "empty", 0755);
	if (r < 0)
		return error_errno(err, -r, "prepare %s", memory);
	return rootfs_mount_overlay(store, layersfd, merged, 0, options, err);
}

int rootfs_mount_container(Store *store, const RackerConfig *racker, const char *dir,
			   RootfsFlags flags, Error **err)
{
	if (racker->ephemeral)
		return mount_ephemeral(store, racker, dir, err);
	if (!str_empty(racker->rootfs))
		return bind_directory(racker->rootfs, dir, err);
	return rootfs_mount(store, racker->layers, dir, flags, err);
}

/* An overlay without an upper directory needs two lower ones. */
static int mount_layer(Store *store, const char *layer, const char *place, Error **err)
{
	cleanup_free char *path = xasprintf("%s/layers/%s", store_path(store), layer);

	if (mount(path, place, NULL, MS_BIND, NULL) < 0 ||
	    mount(NULL, place, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) < 0)
		return error_errno(err, errno, "mount layer %s", layer);
	return 0;
}

int rootfs_mount_image(Store *store, char *const *layers, const char *place, Error **err)
{
	cleanup_strbuf Strbuf options = STRBUF_INIT;
	cleanup_fd int layersfd = -1, dirfd = -1;
	size_t n = strv_length(layers);
	int r = rootfs_open_dirs(store, layers, place, &layersfd, &dirfd, err);

	if (r < 0)
		return r;
	if (n == 0)
		return error_set(err, EINVAL, "the image has no layers");
	if (n == 1)
		return mount_layer(store, layers[0], place, err);
	rootfs_add_lowers(&options, layers, place, false);
	return rootfs_mount_overlay(store, layersfd, place, MS_RDONLY, options.data, err);
}

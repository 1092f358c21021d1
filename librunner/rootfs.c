#include "librunner/rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "librunner/rootfs-internal.h"

/* What the kernel takes as the options of one mount(2), with the final NUL. */
#define OPTION_PAGE 4096

int rootfs_private(Error **err)
{
	if (unshare(CLONE_NEWNS) < 0)
		return error_errno(err, errno, "make a private mount namespace");
	if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return error_errno(err, errno, "keep mounts private");
	return 0;
}

/* Overlayfs splits its options at commas and its layers at colons; a backslash keeps them. */
void rootfs_add_escaped(Strbuf *b, const char *path)
{
	for (; *path; path++) {
		if (strchr(",:\\", *path))
			strbuf_addc(b, '\\');
		strbuf_addc(b, *path);
	}
}

/* The directory as seen from layers/: relative names stay short, whatever RACKER_ROOT is called. */
char *rootfs_relative_dir(Store *store, const char *dir)
{
	const char *rest = startswith(dir, store_path(store));

	return rest && *rest == '/' ? xasprintf("..%s", rest) : xstrdup(dir);
}

void rootfs_add_lowers(Strbuf *b, char *const *layers, const char *dir, bool with_upper)
{
	size_t n = strv_length(layers);

	strbuf_adds(b, "lowerdir=");
	if (with_upper) {
		rootfs_add_escaped(b, dir);
		strbuf_adds(b, n ? "/upper:" : "/upper");
	}
	for (size_t i = n; i > 0; i--) {
		rootfs_add_escaped(b, layers[i - 1]);
		if (i > 1)
			strbuf_addc(b, ':');
	}
	if (n == 0 && !with_upper) {
		rootfs_add_escaped(b, dir);
		strbuf_adds(b, "/empty");
	}
}

/* `changes` holds the upper directory and that for work. */
static char *overlay_options(char *const *layers, const char *dir, const char *changes,
			     RootfsFlags flags)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;

	rootfs_add_lowers(&b, layers, dir, (flags & ROOTFS_WITH_UPPER) != 0);
	strbuf_adds(&b, ",upperdir=");
	rootfs_add_escaped(&b, changes);
	strbuf_adds(&b, "/upper,workdir=");
	rootfs_add_escaped(&b, changes);
	/* Whatever the kernel's defaults are, an upper directory may become a layer: nothing in it
	 * refers to its lower layers. */
	strbuf_adds(&b, "/work,index=off,metacopy=off,redirect_dir=off");
	if (flags & ROOTFS_VOLATILE)
		strbuf_adds(&b, ",volatile");
	return strbuf_steal(&b);
}

/* The root directory of the container shows the owner and the mode of the upper directory: it takes
 * them from the topmost layer. */
int rootfs_make_upper(int dirfd, int layersfd, const char *top)
{
	struct stat st = { .st_mode = 0755 };
	int r;

	r = fs_mkdir_p(dirfd, "upper", 0755);
	if (r < 0)
		return r;
	if (!top)
		return 0;
	if (fstatat(layersfd, top, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (fchownat(dirfd, "upper", st.st_uid, st.st_gid, 0) < 0 ||
	    fchmodat(dirfd, "upper", st.st_mode & 07777, 0) < 0)
		return -errno;
	return 0;
}

static int make_dirs(int dirfd, int layersfd, char *const *layers)
{
	size_t n = strv_length(layers);
	int r = 0;

	/* A container that is started again keeps what its upper directory has become. */
	if (faccessat(dirfd, "upper", F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		r = rootfs_make_upper(dirfd, layersfd, n ? layers[n - 1] : NULL);
	if (r >= 0)
		r = fs_mkdir_p(dirfd, "work", 0700);
	if (r >= 0)
		r = fs_mkdir_p(dirfd, "merged", 0755);
	if (r >= 0 && n == 0)
		r = fs_mkdir_p(dirfd, "empty", 0755);
	return r;
}

static int check_layers(int layersfd, char *const *layers, Error **err)
{
	STRV_FOREACH(l, layers)
		if (faccessat(layersfd, *l, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
			return error_errno(err, errno, "layer %s", *l);
	return 0;
}

static int explain_mount(Error **err, int errnum, Store *store)
{
	if (errnum == EINVAL)
		return error_set(err, EINVAL,
				 "the file system of %s cannot hold the writable layer of a "
				 "container (is it an overlay or a network file system?)",
				 store_path(store));
	if (errnum == ENODEV)
		return error_set(err, ENODEV, "this kernel has no overlayfs");
	return error_errno(err, errnum, "mount the container's root");
}

/* The directories that a mount is made of. By path: descriptors from before rootfs_private() belong
 * to another mount namespace, and the kernel mounts no overlay on those. */
int rootfs_open_dirs(Store *store, char *const *layers, const char *dir, int *ret_layers,
		     int *ret_dir, Error **err)
{
	cleanup_free char *layers_path = xasprintf("%s/layers", store_path(store));
	cleanup_fd int layersfd = fs_open_dir(AT_FDCWD, layers_path);
	cleanup_fd int dirfd = fs_open_dir(AT_FDCWD, dir);
	int r;

	if (layersfd < 0)
		return error_errno(err, -layersfd, "open %s/layers", store_path(store));
	if (dirfd < 0)
		return error_errno(err, -dirfd, "open %s", dir);
	r = check_layers(layersfd, layers, err);
	if (r < 0)
		return r;
	*ret_layers = steal_fd(&layersfd);
	*ret_dir = steal_fd(&dirfd);
	return 0;
}

int rootfs_mount_overlay(Store *store, int layersfd, const char *at, unsigned long flags,
			 const char *options, Error **err)
{
	if (strlen(options) >= OPTION_PAGE)
		return error_set(err, E2BIG, "too many layers");
	if (fchdir(layersfd) < 0)
		return error_errno(err, errno, "enter %s/layers", store_path(store));
	if (mount("overlay", at, "overlay", flags, options) < 0)
		return explain_mount(err, errno, store);
	return 0;
}

int rootfs_mount(Store *store, char *const *layers, const char *dir, RootfsFlags flags, Error **err)
{
	cleanup_free char *relative = rootfs_relative_dir(store, dir), *options = NULL;
	cleanup_free char *merged = xasprintf("%s/merged", dir);
	cleanup_fd int layersfd = -1, dirfd = -1;
	int r = rootfs_open_dirs(store, layers, dir, &layersfd, &dirfd, err);

	if (r < 0)
		return r;
	r = make_dirs(dirfd, layersfd, layers);
	if (r < 0)
		return error_errno(err, -r, "prepare %s", dir);
	options = overlay_options(layers, relative, relative, flags & ~ROOTFS_WITH_UPPER);
	return rootfs_mount_overlay(store, layersfd, merged, 0, options, err);
}

/* A place for changes that vanish: a file system in memory, on merged, with a directory `root` for
 * the overlay. Its own root shows what the topmost directory below it shows. */
static int make_scratch(const char *dir, const char *top, int layersfd, Error **err)
{
	cleanup_free char *merged = xasprintf("%s/merged", dir);
	cleanup_fd int fd = -1;
	struct stat st;
	int r = fs_mkdir_p(AT_FDCWD, merged, 0755);

	if (r >= 0 && mount("tmpfs", merged, "tmpfs", 0, "mode=0700") < 0)
		r = -errno;
	if (r >= 0)
		r = fd = fs_open_dir(AT_FDCWD, merged);
	if (r >= 0)
		r = rootfs_make_upper(fd, layersfd, NULL);
	if (r >= 0)
		r = fs_mkdir_p(fd, "work", 0700);
	if (r >= 0)
		r = fs_mkdir_p(fd, "root", 0755);
	if (r >= 0 && top && fstatat(layersfd, top, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    (fchownat(fd, "upper", st.st_uid, st.st_gid, 0) < 0 ||
	     fchmodat(fd, "upper", st.st_mode & 07777, 0) < 0 ||
	     utimensat(fd, "upper", (struct timespec[2]){ st.st_atim, st.st_mtim }, 0) < 0))
		r = -errno;
	return r < 0 ? error_errno(err, -r, "prepare %s", merged) : 0;
}

/* The directory whose owner, mode and time the root shows, relative to layers/. */
static char *top_dir(char *const *layers, const char *relative, bool with_upper)
{
	size_t n = strv_length(layers);

	if (with_upper)
		return xasprintf("%s/upper", relative);
	return n ? xstrdup(layers[n - 1]) : NULL;
}

int rootfs_mount_view(Store *store, char *const *layers, const char *dir, RootfsFlags flags,
		      Error **err)
{
	cleanup_free char *relative = rootfs_relative_dir(store, dir), *options = NULL, *top = NULL;
	cleanup_free char *changes = xasprintf("%s/merged", relative);
	cleanup_free char *root = xasprintf("%s/merged/root", dir);
	cleanup_free char *merged = xasprintf("%s/merged", dir);
	cleanup_fd int layersfd = -1, dirfd = -1;
	int r = rootfs_open_dirs(store, layers, dir, &layersfd, &dirfd, err);

	if (r < 0)
		return r;
	if (faccessat(dirfd, "upper", F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		flags &= ~ROOTFS_WITH_UPPER;
	r = strv_length(layers) ? 0 : fs_mkdir_p(dirfd, "empty", 0755);
	if (r < 0)
		return error_errno(err, -r, "prepare %s", dir);
	top = top_dir(layers, relative, (flags & ROOTFS_WITH_UPPER) != 0);
	r = make_scratch(dir, top, layersfd, err);
	if (r < 0)
		return r;
	options = overlay_options(layers, relative, changes, flags);
	r = rootfs_mount_overlay(store, layersfd, root, 0, options, err);
	/* The overlay holds the scratch directories; the root takes their place. */
	if (r >= 0 && mount(root, merged, NULL, MS_BIND, NULL) < 0)
		r = error_errno(err, errno, "mount %s", merged);
	return r;
}

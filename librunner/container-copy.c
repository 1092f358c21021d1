#include "librunner/container-copy.h"

#include <fcntl.h>
#include <sys/statvfs.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "libimage/archive.h"
#include "librunner/container-root.h"
#include "librunner/container-state.h"
#include "librunner/container-user.h"
#include "librunner/copy-place.h"
#include "librunner/go-path.h"
#include "librunner/tree-copy.h"

/* The container, and its root. */
static int open_container(Runtime *rt, const char *name, const char *path, ContainerRootKind kind,
			  Container **ret, ContainerRoot *root, Error **err)
{
	int r = container_find(rt, name, ret, err);

	if (r < 0)
		return r;
	if (!*path && kind == ROOT_READ)
		return error_set(err, EINVAL, "bad parameter: pathcannot be empty");
	return container_root_open(rt, *ret, kind, root, err);
}

/* The directory that a path is in, and its name there; the path itself and "." for one that means a
 * directory. */
static int open_parent(int root, const char *path, char **ret_name)
{
	bool whole = go_path_asserts_directory(path);
	cleanup_free char *dir = whole ? xstrdup(path) : go_path_dir(path);
	int fd;

	*ret_name = whole ? xstrdup(".") : go_path_base(path);
	if (root != AT_FDCWD)
		return fs_open_in_root(root, dir, O_PATH | O_DIRECTORY, 0);
	fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* One entry, or the content of a directory. */
static int copy(int from, const char *name, int to, const char *to_name, const TreeCopyOptions *o,
		int64_t *ret_size, Error **err)
{
	cleanup_fd int in = -1, out = -1;

	if (!streq(to_name, "."))
		return tree_copy(from, name, to, to_name, o, ret_size, err);
	in = openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	out = openat(to, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (in < 0 || out < 0)
		return error_go(err, errno, "open", in < 0 ? name : o->shown);
	return tree_copy_into(in, out, o, ret_size, err);
}

/* What the end of a tar takes. */
#define TAR_END 1024

int container_copy_from(Runtime *rt, const char *name, const char *path, const char *host_path,
			const CopyOptions *o, char **ret_shown, int64_t *ret_size, Error **err)
{
	cleanup_container Container *c = NULL;
	cleanup_container_root ContainerRoot root = CONTAINER_ROOT_INIT;
	cleanup_copy_place CopyPlace source = { 0 }, target = { 0 };
	cleanup_free char *dir = NULL, *to_name = NULL, *from_name = NULL;
	cleanup_fd int from = -1, to = -1;
	TreeCopyOptions options = {
		.set_owner = true,
		.uid = geteuid(),
		.gid = getegid(),
		.xattrs = o->archive ? XATTRS_PORTABLE : XATTRS_CAPABILITY,
	};
	int r = copy_target_on_host(host_path, &target, err);

	if (r >= 0)
		r = open_container(rt, name, path, ROOT_READ, &c, &root, err);
	if (r >= 0)
		r = copy_source_in_container(root.fd, name, path, o->follow_link, &source, err);
	if (r >= 0)
		r = copy_place_decide(&source, &target, &dir, &to_name, err);
	if (r < 0)
		return r;
	*ret_shown = xstrdup(target.path);
	options.shown = dir;
	from = open_parent(root.fd, source.path, &from_name);
	to = fs_open_dir(AT_FDCWD, dir);
	if (from < 0 || to < 0)
		return error_go(err, from < 0 ? -from : -to, "open", from < 0 ? source.path : dir);
	*ret_size = TAR_END;
	return copy(from, from_name, to, to_name, &options, ret_size, err);
}

/* Docker refuses before anything is written. */
static int check_writable(const Container *c, int root, int dir, Error **err)
{
	struct statx a, b;
	struct statvfs fs;
	bool in_volume = statx(root, "", AT_EMPTY_PATH, STATX_MNT_ID, &a) == 0 &&
			 statx(dir, "", AT_EMPTY_PATH, STATX_MNT_ID, &b) == 0 &&
			 a.stx_mnt_id != b.stx_mnt_id;

	if (!in_volume && c->host.readonly_rootfs)
		return error_set(err, EROFS, "container rootfs is marked read-only");
	if (fstatvfs(dir, &fs) == 0 && (fs.f_flag & ST_RDONLY))
		return error_set(err, EROFS,
				 in_volume ? "mounted volume is marked read-only"
					   : "container rootfs is marked read-only");
	return 0;
}

/* The directory of the container that something goes into. */
static int open_target(const Container *c, int root, const char *name, const char *dir, Error **err)
{
	cleanup_fd int fd = fs_open_in_root(root, dir, O_RDONLY | O_DIRECTORY, 0);
	int r;

	if (fd == -ENOENT)
		return error_set(err, ENOENT, "Could not find the file %s in container %s", dir,
				 name);
	if (fd == -ENOTDIR)
		return error_set(err, ENOTDIR, "extraction point is not a directory");
	if (fd < 0)
		return error_go(err, -fd, "lstat", dir);
	r = check_writable(c, root, fd, err);
	return r < 0 ? r : steal_fd(&fd);
}

/* With --archive, what is copied in belongs to the container's user, if it has one. */
static int set_user(const Container *c, int root, TreeCopyOptions *o, Error **err)
{
	if (str_empty(c->config.user))
		return 0;
	o->set_owner = true;
	return container_user(root, c->config.user, &o->uid, &o->gid, err);
}

int container_copy_to(Runtime *rt, const char *name, const char *path, const char *host_path,
		      const CopyOptions *o, char **ret_shown, int64_t *ret_size, Error **err)
{
	cleanup_container Container *c = NULL;
	cleanup_container_root ContainerRoot root = CONTAINER_ROOT_INIT;
	cleanup_copy_place CopyPlace source = { 0 }, target = { 0 };
	cleanup_free char *dir = NULL, *to_name = NULL, *from_name = NULL;
	cleanup_fd int from = -1, to = -1;
	TreeCopyOptions options = { .xattrs = o->archive ? XATTRS_PORTABLE : XATTRS_CAPABILITY };
	int r = open_container(rt, name, path, ROOT_WRITE, &c, &root, err);

	if (r >= 0)
		r = copy_target_in_container(root.fd, name, path, &target, err);
	if (r >= 0)
		r = copy_source_on_host(host_path, o->follow_link, &source, err);
	if (r >= 0)
		r = copy_place_decide(&source, &target, &dir, &to_name, err);
	if (r < 0)
		return r;
	*ret_shown = xasprintf("%s:%s", name, target.path);
	options.shown = dir;
	to = open_target(c, root.fd, name, dir, err);
	if (to < 0)
		return to;
	r = o->archive ? set_user(c, root.fd, &options, err) : 0;
	if (r < 0)
		return r;
	from = open_parent(AT_FDCWD, source.path, &from_name);
	if (from < 0)
		return error_go(err, -from, "open", source.path);
	*ret_size = TAR_END;
	return copy(from, from_name, to, to_name, &options, ret_size, err);
}

/* ---- archives ---- */

int container_copy_to_tar(Runtime *rt, const char *name, const char *path, const CopyOptions *o,
			  Error **err)
{
	cleanup_container Container *c = NULL;
	cleanup_container_root ContainerRoot root = CONTAINER_ROOT_INIT;
	cleanup_copy_place CopyPlace source = { 0 };
	cleanup_free char *from_name = NULL, *as = NULL;
	cleanup_fd int from = -1;
	int r = open_container(rt, name, path, ROOT_READ, &c, &root, err);

	if (r >= 0)
		r = copy_source_in_container(root.fd, name, path, o->follow_link, &source, err);
	if (r < 0)
		return r;
	from = open_parent(root.fd, source.path, &from_name);
	if (from < 0)
		return error_go(err, -from, "open", source.path);
	as = go_path_base(source.path);
	return archive_create(from, from_name, as, 1, "cp", err);
}

int container_copy_from_tar(Runtime *rt, const char *name, const char *path, const CopyOptions *o,
			    Error **err)
{
	cleanup_container Container *c = NULL;
	cleanup_container_root ContainerRoot root = CONTAINER_ROOT_INIT;
	cleanup_copy_place CopyPlace target = { 0 };
	cleanup_free char *dir = NULL;
	cleanup_fd int to = -1;
	TreeCopyOptions owner = { 0 };
	int r = open_container(rt, name, path, ROOT_WRITE, &c, &root, err);

	if (r >= 0)
		r = copy_target_in_container(root.fd, name, path, &target, err);
	if (r < 0)
		return r;
	if (!target.is_dir)
		return error_set(err, ENOTDIR, "destination \"%s:%s\" must be a directory", name,
				 path);
	to = open_target(c, root.fd, name, target.path, err);
	if (to < 0)
		return to;
	r = o->archive ? set_user(c, root.fd, &owner, err) : 0;
	if (r < 0)
		return r;
	dir = container_follow(root.fd, target.path);
	return archive_extract(&(ArchiveExtract){ .root = root.fd,
						  .dir = dir,
						  .set_owner = owner.set_owner,
						  .uid = owner.uid,
						  .gid = owner.gid,
						  .in = 0,
						  .what = "cp" },
			       err);
}

#include "librunner/copy-place.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/go-path.h"
#include "librunner/tree-copy.h"

/* As Go's filepath.EvalSymlinks and Docker's client. */
#define MAX_LINKS 255
#define MAX_HOST_LINKS 10
#define MAX_TARGET 4096

void copy_place_clear(CopyPlace *p)
{
	free(p->path);
	free(p->rebase);
	*p = (CopyPlace){ 0 };
}

/* ---- in the container ---- */

static char *read_link(int fd)
{
	char target[MAX_TARGET];
	ssize_t n = readlinkat(fd, "", target, sizeof(target) - 1);

	return n < 0 ? NULL : xstrndup(target, (size_t)n);
}

int container_lstat(int root, const char *name, const char *path, struct stat *ret, Error **err)
{
	int flags = go_path_asserts_directory(path) ? O_PATH | O_DIRECTORY : O_PATH | O_NOFOLLOW;
	cleanup_fd int fd = fs_open_in_root(root, path, flags, 0);

	if (fd >= 0 && fstat(fd, ret) == 0)
		return 0;
	if (fd == -ENOENT)
		return error_set(err, ENOENT, "Could not find the file %s in container %s", path,
				 name);
	return error_go(err, fd < 0 ? -fd : errno, "lstat", path);
}

/* Puts the components of a link's target in front of what is still to be walked. */
static void push_target(char ***rest, const char *target)
{
	char **names = strv_split(target, '/');

	strv_extend(&names, *rest);
	strv_free(*rest);
	*rest = names;
}

char *container_follow(int root, const char *path)
{
	cleanup_free char *at = xstrdup("/");
	char **rest = strv_split(path, '/');

	for (unsigned links = 0; *rest;) {
		cleanup_free char *name = rest[0], *joined = xasprintf("%s/%s", at, name);
		cleanup_free char *next = go_path_clean(joined), *target = NULL;
		cleanup_fd int fd = -1;

		memmove(rest, rest + 1, (strv_length(rest + 1) + 1) * sizeof(*rest));
		fd = fs_open_in_root(root, next, O_PATH | O_NOFOLLOW, 0);
		target = fd >= 0 && links < MAX_LINKS ? read_link(fd) : NULL;
		if (target) {
			links++;
			push_target(&rest, target);
		}
		if (!target || *target == '/') {
			free(at);
			at = target ? xstrdup("/") : steal(&next);
		}
	}
	strv_free(rest);
	return steal(&at);
}

int copy_source_in_container(int root, const char *name, const char *path, bool follow,
			     CopyPlace *ret, Error **err)
{
	cleanup_free char *rooted = go_path_rooted(path);
	cleanup_copy_place CopyPlace p = { .path = go_path_keep_end(rooted, path), .exists = true };
	struct stat st;
	int r = container_lstat(root, name, p.path, &st, err);

	if (r >= 0 && follow && S_ISLNK(st.st_mode)) {
		p.rebase = go_path_base(p.path);
		free(p.path);
		p.path = container_follow(root, rooted);
		r = container_lstat(root, name, p.path, &st, err);
	}
	if (r < 0)
		return r;
	p.is_dir = S_ISDIR(st.st_mode);
	*ret = p;
	p = (CopyPlace){ 0 };
	return 0;
}

int copy_target_in_container(int root, const char *name, const char *path, CopyPlace *ret,
			     Error **err)
{
	cleanup_free char *rooted = go_path_rooted(path);
	char *full = go_path_keep_end(rooted, path);
	struct stat st = { 0 };
	int r;

	/* Docker's engine refuses to look for nothing, so there is nothing. */
	if (!*path) {
		free(full);
		*ret = (CopyPlace){ .path = xstrdup("") };
		return 0;
	}
	r = container_lstat(root, name, full, &st, NULL);

	if (r >= 0 && S_ISLNK(st.st_mode)) {
		free(full);
		full = container_follow(root, rooted);
		r = container_lstat(root, name, full, &st, NULL);
	}
	if (r >= 0 && (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))) {
		free(full);
		return error_set(err, EINVAL,
				 "destination \"%s:%s\" must be a directory or a regular file: "
				 "got a device",
				 name, path);
	}
	*ret = (CopyPlace){ .path = full, .exists = r >= 0, .is_dir = S_ISDIR(st.st_mode) };
	return 0;
}

/* ---- on the host ---- */

static char *host_absolute(const char *path)
{
	cleanup_free char *cwd = *path == '/' ? NULL : getcwd(NULL, 0);
	cleanup_free char *joined = xasprintf("%s/%s", cwd ? cwd : "", path);
	cleanup_free char *clean = go_path_clean(joined);

	return go_path_keep_end(clean, path);
}

/* filepath.EvalSymlinks, whose error names what is missing. */
static int host_follow(const char *path, char **ret, Error **err)
{
	char resolved[PATH_MAX];

	if (!realpath(path, resolved))
		return error_go(err, errno, "lstat", errno == ENOENT ? resolved : path);
	*ret = xstrdup(resolved);
	return 0;
}

static bool same_base(const char *a, const char *b)
{
	cleanup_free char *x = go_path_base(a), *y = go_path_base(b);

	return streq(x, y);
}

int copy_source_on_host(const char *path, bool follow, CopyPlace *ret, Error **err)
{
	cleanup_free char *full = host_absolute(path), *real = NULL;
	const char *slash = strrchr(full, '/');
	cleanup_free char *dir = xstrndup(full, (size_t)(slash - full) + 1);
	cleanup_copy_place CopyPlace p = { .exists = true };
	struct stat st;
	int r = host_follow(follow ? full : dir, &real, err);

	if (r == -ENOTDIR && err && *err) {
		*err = error_free(*err);
		return error_set(err, ENOTDIR, "not a directory");
	}
	if (r < 0)
		return r;
	p.path = follow ? go_path_keep_end(real, full)
			: xasprintf("%s/%s", streq(real, "/") ? "" : real, slash + 1);
	if ((follow || go_path_ends_with_slash(full)) && !same_base(full, p.path))
		p.rebase = go_path_base(full);
	if (lstat(p.path, &st) < 0) {
		if (errno == ENOTDIR)
			return error_set(err, ENOTDIR, "not a directory");
		return error_go(err, errno, "lstat", p.path);
	}
	p.is_dir = S_ISDIR(st.st_mode);
	*ret = p;
	p = (CopyPlace){ 0 };
	return 0;
}

/* Docker's client looks before it asks for anything. */
static int validate_output(const char *path, Error **err)
{
	cleanup_free char *clean = go_path_clean(path), *dir = go_path_dir(clean);
	struct stat st;

	if (stat(dir, &st) < 0 && errno == ENOENT)
		return error_set(err, ENOENT,
				 "invalid output path: directory \"%s\" does not exist", dir);
	if (stat(path, &st) < 0)
		return errno == ENOENT ? 0 : error_go(err, errno, "stat", path);
	if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))
		return error_set(err, EINVAL,
				 "invalid output path: \"%s\" must be a directory or a regular "
				 "file: got a device",
				 path);
	return 0;
}

/* The link's target, for a link; the parent of what is not there must be a directory. */
static int follow_target(char **path, CopyPlace *p, Error **err)
{
	cleanup_free char *dir = NULL, *base = NULL;
	struct stat st;

	for (unsigned n = 0; lstat(*path, &st) == 0; n++) {
		cleanup_free char *target = NULL, *parent = NULL, *joined = NULL, *entry = NULL;
		cleanup_fd int fd = -1;

		p->is_dir = S_ISDIR(st.st_mode);
		p->exists = !S_ISLNK(st.st_mode);
		if (p->exists)
			return 0;
		if (n > MAX_HOST_LINKS)
			return error_set(err, ELOOP, "too many symlinks in %s", *path);
		fd = open(*path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
		target = fd < 0 ? NULL : read_link(fd);
		if (!target)
			return error_go(err, errno, "readlink", *path);
		go_path_split(*path, &parent, &entry);
		joined = *target == '/' ? xstrdup(target) : xasprintf("%s/%s", parent, target);
		free(*path);
		*path = *target == '/' ? steal(&joined) : go_path_clean(joined);
	}
	p->is_dir = p->exists = false;
	if (errno != ENOENT)
		return error_go(err, errno, "lstat", *path);
	go_path_split(*path, &dir, &base);
	if (stat(dir, &st) < 0)
		return error_go(err, errno, "stat", dir);
	return S_ISDIR(st.st_mode) ? 0 : error_set(err, ENOTDIR, "not a directory");
}

int copy_target_on_host(const char *path, CopyPlace *ret, Error **err)
{
	cleanup_copy_place CopyPlace p = { .path = host_absolute(path) };
	int r = validate_output(p.path, err);

	if (r >= 0)
		r = follow_target(&p.path, &p, err);
	if (r < 0)
		return r;
	*ret = p;
	p = (CopyPlace){ 0 };
	return 0;
}

/* ---- both ---- */

int copy_place_decide(const CopyPlace *source, const CopyPlace *target, char **ret_dir,
		      char **ret_name, Error **err)
{
	cleanup_free char *dir = NULL, *base = NULL;

	if (target->is_dir) {
		*ret_dir = go_path_clean(target->path);
		*ret_name = source->rebase ? xstrdup(source->rebase) : go_path_base(source->path);
		if (streq(*ret_name, "/")) {
			free(*ret_name);
			*ret_name = xstrdup(".");
		}
		return 0;
	}
	if (target->exists && source->is_dir)
		return error_set(err, EISDIR, "cannot copy directory");
	if (!target->exists && !source->is_dir && go_path_asserts_directory(target->path))
		return error_set(err, ENOENT, "no such directory");
	go_path_split(target->path, &dir, &base);
	*ret_dir = steal(&dir);
	*ret_name = steal(&base);
	return 0;
}

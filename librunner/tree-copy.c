#include "librunner/tree-copy.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/file-data.h"
#include "librunner/overlay.h"

/* Each level holds two descriptors; a shell's limit is 1,024 of them. */
#define MAX_DEPTH 480
/* Somebody may put a file where one was just removed. */
#define REPLACE_ATTEMPTS 16
#define TAR_BLOCK 512
#define MAX_LINK 4096

/* A file with several names, and where its first one went. */
typedef struct Linked {
	dev_t dev;
	ino_t ino;
	char *path; /* below the directory that is copied into */
} Linked;

typedef struct Copy {
	const TreeCopyOptions *o;
	int top; /* the directory that is copied into */
	Strbuf path; /* of the entry, below it */
	dev_t made_dev; /* the directory made there, lest it is copied into itself */
	ino_t made_ino;
	Linked *linked;
	size_t n_linked, cap_linked;
	unsigned depth;
	int64_t size;
} Copy;

static void copy_clear(Copy *c)
{
	for (size_t i = 0; i < c->n_linked; i++)
		free(c->linked[i].path);
	free(c->linked);
	strbuf_clear(&c->path);
}

/* ---- messages ---- */

static char *shown_path(const Copy *c)
{
	const char *dir = c->o->shown ? c->o->shown : "";
	size_t n = strlen(dir);

	return xasprintf("%s%s%s", dir, n && dir[n - 1] == '/' ? "" : "/",
			 c->path.data ? c->path.data : "");
}

static int fail(const Copy *c, int errnum, const char *operation, Error **err)
{
	cleanup_free char *path = shown_path(c);

	return error_go(err, errnum, operation, path);
}

/* Longer by one name; returns the length to go back to. */
static size_t path_push(Copy *c, const char *name)
{
	size_t n = c->path.len;

	if (n)
		strbuf_addc(&c->path, '/');
	strbuf_adds(&c->path, name);
	return n;
}

static void path_pop(Copy *c, size_t n)
{
	c->path.len = n;
	if (c->path.data)
		c->path.data[n] = '\0';
}

/* ---- what all kinds share ---- */

/* Owner, mode, attributes, times, in an order in which none undoes another. `fd` may be O_PATH. */
static int set_metadata(const Copy *c, int source, int fd, const struct stat *st, Error **err)
{
	const TreeCopyOptions *o = c->o;
	uid_t uid = o->set_owner ? o->uid : st->st_uid;
	gid_t gid = o->set_owner ? o->gid : st->st_gid;
	cleanup_free char *self = xasprintf("/proc/self/fd/%d", fd);
	struct timespec times[2] = { st->st_atim, st->st_mtim };
	int r;

	if (fchownat(fd, "", uid, gid, AT_EMPTY_PATH) < 0)
		return fail(c, errno, "lchown", err);
	if (!S_ISLNK(st->st_mode) && chmod(self, st->st_mode & 07777) < 0)
		return fail(c, errno, "chmod", err);
	r = file_copy_xattrs(source, fd, o->xattrs);
	if (r < 0)
		return fail(c, -r, "setxattr", err);
	if (utimensat(fd, "", times, AT_EMPTY_PATH) < 0)
		return fail(c, errno, "utimensat", err);
	return 0;
}

/* Makes room for what is no directory. */
static int make_room(const Copy *c, int to, const char *name, Error **err)
{
	struct stat st;
	cleanup_free char *path = NULL;

	if (fstatat(to, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : fail(c, errno, "lstat", err);
	if (S_ISDIR(st.st_mode)) {
		path = shown_path(c);
		return error_set(err, EISDIR,
				 "cannot overwrite directory \"%s\" with non-directory \"%s\"",
				 path, c->o->shown);
	}
	if (fs_is_mount_point(to, name))
		return fail(c, EBUSY, "unlinkat", err);
	if (unlinkat(to, name, 0) < 0 && errno != ENOENT)
		return fail(c, errno, "unlinkat", err);
	return 0;
}

/* Sets the metadata of what was made without a descriptor. */
static int finish_node(Copy *c, int source, int to, const char *name, const struct stat *st,
		       Error **err)
{
	cleanup_fd int fd = openat(to, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat made;

	if (fd < 0 || fstat(fd, &made) < 0)
		return fail(c, errno, "open", err);
	/* Somebody has put another thing there. */
	if ((made.st_mode & S_IFMT) != (st->st_mode & S_IFMT))
		return fail(c, ESTALE, "open", err);
	return set_metadata(c, source, fd, st, err);
}

/* ---- hard links ---- */

static const Linked *find_linked(const Copy *c, const struct stat *st)
{
	for (size_t i = 0; i < c->n_linked; i++)
		if (c->linked[i].ino == st->st_ino && c->linked[i].dev == st->st_dev)
			return &c->linked[i];
	return NULL;
}

static void remember(Copy *c, const struct stat *st)
{
	if (st->st_nlink < 2)
		return;
	GROW(c->linked, c->n_linked, &c->cap_linked);
	c->linked[c->n_linked++] = (Linked){ st->st_dev, st->st_ino, xstrdup(c->path.data) };
}

/* 1: linked; 0: the first name is not what was made there any more, the file is to be copied. */
static int link_again(const Linked *first, Copy *c, int to, const char *name, Error **err)
{
	struct open_how how = {
		.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};
	cleanup_fd int fd = (int)syscall(__NR_openat2, c->top, first->path, &how, sizeof(how));
	struct stat st;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	r = make_room(c, to, name, err);
	if (r < 0)
		return r;
	if (linkat(fd, "", to, name, AT_EMPTY_PATH) < 0)
		return 0;
	c->size += TAR_BLOCK;
	return 1;
}

/* ---- kinds ---- */

static int create_file(const Copy *c, int to, const char *name, Error **err)
{
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;

	for (unsigned i = 0; i < REPLACE_ATTEMPTS; i++) {
		int r, fd = openat(to, name, flags, 0600);

		if (fd >= 0)
			return fd;
		if (errno != EEXIST)
			return fail(c, errno, "open", err);
		r = make_room(c, to, name, err);
		if (r < 0)
			return r;
	}
	return fail(c, EBUSY, "open", err);
}

static int copy_file(Copy *c, int source, int to, const char *name, const struct stat *st,
		     Error **err)
{
	cleanup_free char *self = xasprintf("/proc/self/fd/%d", source);
	const Linked *first = st->st_nlink > 1 ? find_linked(c, st) : NULL;
	cleanup_fd int in = -1, out = -1;
	int r = first ? link_again(first, c, to, name, err) : 0;

	if (r != 0)
		return r < 0 ? r : 0;
	in = open(self, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (in < 0)
		return fail(c, errno, "open", err);
	out = create_file(c, to, name, err);
	if (out < 0)
		return out;
	r = file_copy_data(in, out, st->st_size);
	if (r < 0) {
		(void)unlinkat(to, name, 0);
		return fail(c, -r, "write", err);
	}
	remember(c, st);
	c->size += TAR_BLOCK + (st->st_size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
	return set_metadata(c, in, out, st, err);
}

/* Whether a link's text leads out of the directory that is copied into. */
static bool leads_out(const Copy *c, const char *target)
{
	cleanup_strv char **names = NULL;
	long depth = 0;

	if (*target == '/' || streq(c->o->shown, "/"))
		return false;
	for (const char *p = c->path.data; p && *p; p++)
		depth += *p == '/';
	names = strv_split(target, '/');
	STRV_FOREACH(name, names) {
		if (streq(*name, ".."))
			depth--;
		else if (**name && !streq(*name, "."))
			depth++;
		if (depth < 0)
			return true;
	}
	return false;
}

static int copy_link(Copy *c, int source, int to, const char *name, const struct stat *st,
		     Error **err)
{
	char target[MAX_LINK];
	ssize_t n = readlinkat(source, "", target, sizeof(target) - 1);
	int r;

	if (n < 0)
		return fail(c, errno, "readlink", err);
	target[n] = '\0';
	if (!c->o->exact && leads_out(c, target)) {
		cleanup_free char *path = shown_path(c);

		return error_set(err, EPERM, "invalid symlink \"%s\" -> \"%s\"", path, target);
	}
	r = make_room(c, to, name, err);
	if (r < 0)
		return r;
	if (symlinkat(target, to, name) < 0)
		return fail(c, errno, "symlink", err);
	c->size += TAR_BLOCK;
	return finish_node(c, source, to, name, st, err);
}

static int copy_node(Copy *c, int source, int to, const char *name, const struct stat *st,
		     Error **err)
{
	int r = make_room(c, to, name, err);

	if (r < 0)
		return r;
	if (mknodat(to, name, st->st_mode & (S_IFMT | 0700), st->st_rdev) < 0)
		return fail(c, errno, "mknod", err);
	c->size += TAR_BLOCK;
	/* Overlayfs's mark for what is gone has nothing that anybody sees. */
	if (overlay_is_whiteout(st))
		return 0;
	return finish_node(c, source, to, name, st, err);
}

static int copy_names(Copy *c, int from, int to, Error **err);

/* Makes the directory, or takes the one that is there. */
static int open_target_dir(Copy *c, int to, const char *name, Error **err)
{
	cleanup_free char *path = NULL;
	int fd;

	if (mkdirat(to, name, 0700) < 0 && errno != EEXIST)
		return fail(c, errno, "mkdir", err);
	fd = openat(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	if (errno != ENOTDIR && errno != ELOOP)
		return fail(c, errno, "open", err);
	path = shown_path(c);
	return error_set(err, ENOTDIR,
			 "cannot overwrite non-directory \"%s\" with directory \"%s\"", path,
			 c->o->shown);
}

static int copy_dir(Copy *c, int from, int to, const char *name, const struct stat *st, Error **err)
{
	cleanup_fd int in = -1, out = -1;
	struct stat made;
	int r;

	if (c->made_ino && st->st_ino == c->made_ino && st->st_dev == c->made_dev)
		return 0;
	if (c->depth >= MAX_DEPTH)
		return error_set(err, ELOOP, "more than %d levels of directories", MAX_DEPTH);
	in = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (in < 0)
		return fail(c, errno, "open", err);
	out = open_target_dir(c, to, name, err);
	if (out < 0)
		return out;
	if (!c->made_ino && fstat(out, &made) == 0) {
		c->made_dev = made.st_dev;
		c->made_ino = made.st_ino;
	}
	c->size += TAR_BLOCK;
	c->depth++;
	r = copy_names(c, in, out, err);
	c->depth--;
	return r < 0 ? r : set_metadata(c, in, out, st, err);
}

/* One entry; the path of the copy is known. */
static int copy_entry(Copy *c, int from, const char *name, int to, const char *to_name, Error **err)
{
	cleanup_fd int source = openat(from, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (source < 0 || fstat(source, &st) < 0)
		return fail(c, errno, "open", err);
	switch (st.st_mode & S_IFMT) {
	case S_IFREG:
		return copy_file(c, source, to, to_name, &st, err);
	case S_IFDIR:
		return copy_dir(c, source, to, to_name, &st, err);
	case S_IFLNK:
		return copy_link(c, source, to, to_name, &st, err);
	case S_IFSOCK:
		/* Nobody listens on a copy; archives cannot hold one either. */
		return c->o->exact ? copy_node(c, source, to, to_name, &st, err) : 0;
	default:
		return copy_node(c, source, to, to_name, &st, err);
	}
}

static int copy_names(Copy *c, int from, int to, Error **err)
{
	cleanup_strv char **names = NULL;
	int r = fs_names(from, &names);

	if (r < 0)
		return fail(c, -r, "readdirent", err);
	STRV_FOREACH(name, names) {
		cleanup_error Error *e = NULL;
		size_t length = path_push(c, *name);

		r = copy_entry(c, from, *name, to, *name, &e);
		path_pop(c, length);
		/* What is gone before its turn has come was never there. */
		if (r == -ENOENT && faccessat(from, *name, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (r < 0)
			return error_propagate(err, steal(&e));
	}
	return 0;
}

int tree_copy(int from, const char *name, int to, const char *to_name, const TreeCopyOptions *o,
	      int64_t *ret_size, Error **err)
{
	cleanup(copy_clear) Copy c = { .o = o, .top = to };
	int r;

	(void)path_push(&c, to_name);
	r = copy_entry(&c, from, name, to, to_name, err);
	*ret_size += c.size;
	return r;
}

int tree_copy_into(int from, int to, const TreeCopyOptions *o, int64_t *ret_size, Error **err)
{
	cleanup(copy_clear) Copy c = { .o = o, .top = to };
	struct stat st, target;
	int r;

	if (fstat(from, &st) < 0 || fstat(to, &target) < 0)
		return fail(&c, errno, "stat", err);
	c.made_dev = target.st_dev;
	c.made_ino = target.st_ino;
	if (st.st_dev == target.st_dev && st.st_ino == target.st_ino)
		return 0;
	r = copy_names(&c, from, to, err);
	if (r >= 0 && o->exact)
		r = set_metadata(&c, from, to, &st, err);
	*ret_size += c.size + TAR_BLOCK;
	return r;
}

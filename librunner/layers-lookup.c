#include "librunner/layers-lookup.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"

/* As many links as the kernel follows in one path. */
#define MAX_LINKS 40

struct LayersLookup {
	int *fds; /* lowest first */
	size_t n;
};

LayersLookup *layers_lookup_free(LayersLookup *l)
{
	if (l) {
		for (size_t i = 0; i < l->n; i++)
			(void)fd_close(l->fds[i]);
		free(l->fds);
		free(l);
	}
	return NULL;
}

int layers_lookup_open(int dirfd, char *const *names, LayersLookup **ret, Error **err)
{
	cleanup_layers_lookup LayersLookup *l = xnew0(LayersLookup, 1);

	l->fds = xnew0(int, strv_length(names));
	STRV_FOREACH(it, names) {
		int fd = fs_open_dir(dirfd, *it);

		if (fd < 0)
			return error_errno(err, -fd, "layer %s", *it);
		l->fds[l->n++] = fd;
	}
	*ret = steal(&l);
	return 0;
}

/* ---- one path without links, in one layer ---- */

typedef enum {
	MERGES, /* not here, or a directory that shows those below too */
	HIDES, /* what lower layers have of this path cannot be seen */
} Below;

static bool is_whiteout(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(0, 0);
}

/* The attribute's prefix is a property of the store; images cannot bring either of them. */
static bool is_opaque(int parent, const char *name)
{
	static const char *const names[] = { "trusted.overlay.opaque", "user.overlay.opaque" };
	cleanup_fd int fd =
		openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	char value;

	for (size_t i = 0; fd >= 0 && i < sizeof(names) / sizeof(*names); i++)
		if (fgetxattr(fd, names[i], &value, 1) == 1 && value == 'y')
			return true;
	return false;
}

/* Finds `path` (components without links, `.` or `..`; "" is the root) in one layer. Returns a
 * descriptor or -ENOENT; *ret_below says whether lower layers count for this path at all. */
static int find_in_layer(int layer, const char *path, Below *ret_below)
{
	cleanup_strv char **parts = *path ? strv_split(path, '/') : NULL;
	cleanup_fd int fd = fcntl(layer, F_DUPFD_CLOEXEC, 3);

	*ret_below = MERGES;
	if (fd < 0)
		return -errno;
	STRV_FOREACH(it, parts) {
		struct stat st;
		int next = openat(fd, *it, O_PATH | O_NOFOLLOW | O_CLOEXEC);

		if (next < 0)
			return -errno;
		if (fstat(next, &st) < 0 || is_whiteout(&st)) {
			(void)fd_close(next);
			*ret_below = HIDES;
			return -ENOENT;
		}
		if (!S_ISDIR(st.st_mode) || is_opaque(fd, *it))
			*ret_below = HIDES;
		(void)fd_close(fd);
		fd = next;
	}
	return steal_fd(&fd);
}

/* The topmost entry of that path. */
static int find_plain(const LayersLookup *l, const char *path)
{
	for (size_t i = l->n; i-- > 0;) {
		Below below;
		int fd = find_in_layer(l->fds[i], path, &below);

		if (fd >= 0 || (fd != -ENOENT && fd != -ENOTDIR) || below == HIDES)
			return fd == -ENOTDIR ? -ENOENT : fd;
	}
	return -ENOENT;
}

/* ---- links ---- */

static int read_link(int fd, char **ret)
{
	char buf[PATH_MAX];
	ssize_t n = readlinkat(fd, "", buf, sizeof(buf));

	if (n < 0)
		return errno == ENOENT ? -EINVAL : -errno;
	if ((size_t)n >= sizeof(buf))
		return -ENAMETOOLONG;
	*ret = xstrndup(buf, (size_t)n);
	return 0;
}

/* A walk along a path: where we are, without links, and what is still to go. */
typedef struct Walk {
	const LayersLookup *layers;
	Strbuf done, rest;
	unsigned links;
	int fd; /* of what `done` names */
} Walk;

/* Takes the first component off the rest. */
static char *next_component(Strbuf *rest)
{
	char *name, *end;

	strbuf_consume(rest, strspn(rest->data, "/"));
	end = strchrnul(rest->data, '/');
	name = xstrndup(rest->data, (size_t)(end - rest->data));
	strbuf_consume(rest, strlen(name));
	return name;
}

static void drop_last(Strbuf *done)
{
	char *slash = strrchr(done->data, '/');

	done->len = slash ? (size_t)(slash - done->data) : 0;
	done->data[done->len] = '\0';
}

/* Moves to what `done` names now. */
static int walk_enter(Walk *w)
{
	w->fd = fd_close(w->fd);
	w->fd = find_plain(w->layers, w->done.data);
	return w->fd < 0 ? w->fd : 0;
}

/* Puts the text of the link we stand on in front of the rest, and goes back to where it starts. */
static int walk_link(Walk *w)
{
	cleanup_free char *target = NULL, *tail = NULL;
	int r;

	if (++w->links > MAX_LINKS)
		return -ELOOP;
	r = read_link(w->fd, &target);
	if (r < 0)
		return r;
	tail = strbuf_steal(&w->rest);
	strbuf_addf(&w->rest, "%s/%s", target, tail);
	if (w->rest.len > PATH_MAX)
		return -ENAMETOOLONG;
	if (*target == '/')
		strbuf_consume(&w->done, w->done.len);
	else
		drop_last(&w->done);
	return walk_enter(w);
}

static int walk_step(Walk *w, const char *name, bool follow)
{
	struct stat st;
	int r;

	if (fstat(w->fd, &st) < 0)
		return -errno;
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	if (streq(name, "."))
		return 0;
	if (streq(name, "..")) {
		drop_last(&w->done);
	} else {
		if (w->done.len)
			strbuf_addc(&w->done, '/');
		strbuf_adds(&w->done, name);
	}
	r = walk_enter(w);
	if (r < 0)
		return r;
	if (fstat(w->fd, &st) < 0)
		return -errno;
	return S_ISLNK(st.st_mode) && (w->rest.len || follow) ? walk_link(w) : 0;
}

static void walk_clear(Walk *w)
{
	(void)fd_close(w->fd);
	strbuf_clear(&w->done);
	strbuf_clear(&w->rest);
}

int layers_lookup_find(const LayersLookup *l, const char *path, bool follow)
{
	cleanup(walk_clear) Walk w = { .layers = l, .fd = -1 };
	int r;

	strbuf_adds(&w.done, "");
	strbuf_adds(&w.rest, path);
	if (w.rest.len > PATH_MAX)
		return -ENAMETOOLONG;
	r = walk_enter(&w);
	while (r >= 0) {
		cleanup_free char *name = next_component(&w.rest);

		if (!*name)
			return steal_fd(&w.fd);
		r = walk_step(&w, name, follow);
	}
	return r;
}

/* ---- what callers ask ---- */

bool layers_lookup_executable(const LayersLookup *l, const char *path)
{
	cleanup_fd int fd = layers_lookup_find(l, path, true);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 0111);
}

bool layers_lookup_exists(const LayersLookup *l, const char *path)
{
	cleanup_fd int fd = layers_lookup_find(l, path, false);

	return fd >= 0;
}

int layers_lookup_open_file(const LayersLookup *l, const char *path)
{
	cleanup_fd int fd = layers_lookup_find(l, path, true);
	char proc[64];
	struct stat st;
	int file;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	(void)snprintf(proc, sizeof(proc), "/proc/self/fd/%d", fd);
	file = open(proc, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	return file < 0 ? -errno : file;
}

int layers_lookup_read(const LayersLookup *l, const char *path, size_t limit, Strbuf *ret)
{
	cleanup_fd int fd = layers_lookup_open_file(l, path);
	char proc[64];

	if (fd < 0)
		return fd;
	(void)snprintf(proc, sizeof(proc), "/proc/self/fd/%d", fd);
	return fs_read_file(AT_FDCWD, proc, limit, ret);
}

int layers_lookup_readlink(const LayersLookup *l, const char *path, char **ret)
{
	cleanup_fd int fd = layers_lookup_find(l, path, false);

	return fd < 0 ? fd : read_link(fd, ret);
}

#include "compose/watch-tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <sys/inotify.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"

#define EVENTS                                                                                   \
	(IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE | IN_DONT_FOLLOW | \
	 IN_EXCL_UNLINK)
#define BUFFER_SIZE 65536
/* Directories in directories. */
#define MAX_DEPTH 64

typedef struct Watched {
	int wd;
	char *path; /* below the tree, "" for its top */
} Watched;

struct WatchTree {
	char *path;
	char *file; /* only this one in it; NULL: everything */
	char *const *ignore;
	int fd;
	Watched *list;
	size_t n, cap;
};

/* ---- patterns ---- */

static bool pattern_matches(const char *pattern, const char *path)
{
	const char *rest = startswith(pattern, "**/");
	const char *name = strrchr(path, '/');

	while (startswith(pattern, "./"))
		pattern += 2;
	if (rest && fnmatch(rest, name ? name + 1 : path, FNM_PATHNAME) == 0)
		return true;
	return fnmatch(pattern, path, FNM_PATHNAME) == 0;
}

bool watch_ignored(char *const *patterns, const char *path)
{
	STRV_FOREACH(it, patterns) {
		size_t n = strlen(*it);
		cleanup_free char *pattern = xstrndup(*it, n && (*it)[n - 1] == '/' ? n - 1 : n);

		/* The path itself, and each directory that it is in. */
		for (size_t end = strlen(path); end > 0; end--) {
			cleanup_free char *part = NULL;

			if (path[end] && path[end] != '/')
				continue;
			part = xstrndup(path, end);
			if (pattern_matches(pattern, part))
				return true;
		}
	}
	return false;
}

/* ---- directories ---- */

static char *join(const char *dir, const char *name)
{
	return *dir ? xasprintf("%s/%s", dir, name) : xstrdup(name);
}

static char *whole_path(const WatchTree *t, const char *path)
{
	return *path ? xasprintf("%s/%s", t->path, path) : xstrdup(t->path);
}

static void watch_add(WatchTree *t, int wd, const char *path)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->list[i].wd == wd) {
			free(t->list[i].path);
			t->list[i].path = xstrdup(path);
			return;
		}
	GROW(t->list, t->n, &t->cap);
	t->list[t->n++] = (Watched){ wd, xstrdup(path) };
}

static void found(char ***paths, const char *path)
{
	if (paths && !strv_contains(*paths, path))
		strv_add(paths, path);
}

/* Watches a directory and those in it; `files` (may be NULL) gets the files that are there. */
static int watch_dir(WatchTree *t, const char *path, unsigned depth, char ***files)
{
	cleanup_free char *whole = whole_path(t, path);
	cleanup_strv char **names = NULL;
	cleanup_fd int fd = -1;
	int wd = inotify_add_watch(t->fd, whole, EVENTS | IN_ONLYDIR);

	if (wd < 0)
		return -errno;
	watch_add(t, wd, path);
	if (t->file || depth >= MAX_DEPTH)
		return 0;
	fd = fs_open_dir(AT_FDCWD, whole);
	if (fd < 0 || fs_names(fd, &names) < 0)
		return 0;
	STRV_FOREACH(it, names) {
		cleanup_free char *child = join(path, *it);
		struct stat st;

		if (watch_ignored(t->ignore, child) ||
		    fstatat(fd, *it, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (S_ISDIR(st.st_mode))
			(void)watch_dir(t, child, depth + 1, files);
		else
			found(files, child);
	}
	return 0;
}

/* A file is watched by its directory: editors replace files. */
static void split_file(WatchTree *t)
{
	char *slash = strrchr(t->path, '/');
	struct stat st;

	if (stat(t->path, &st) < 0 || S_ISDIR(st.st_mode) || !slash || slash == t->path)
		return;
	t->file = xstrdup(slash + 1);
	*slash = '\0';
}

int watch_tree_open(const char *path, char *const *ignore, WatchTree **ret, Error **err)
{
	WatchTree *t = xnew0(WatchTree, 1);
	int r;

	t->path = xstrdup(path);
	t->ignore = ignore;
	t->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	split_file(t);
	r = t->fd < 0 ? -errno : watch_dir(t, "", 0, NULL);
	if (r < 0) {
		watch_tree_free(t);
		return error_errno(err, -r, "watch %s", path);
	}
	*ret = t;
	return 0;
}

WatchTree *watch_tree_free(WatchTree *t)
{
	if (!t)
		return NULL;
	(void)fd_close(t->fd);
	for (size_t i = 0; i < t->n; i++)
		free(t->list[i].path);
	free(t->list);
	free(t->path);
	free(t->file);
	free(t);
	return NULL;
}

int watch_tree_fd(const WatchTree *t)
{
	return t->fd;
}

/* ---- events ---- */

static const char *path_of(const WatchTree *t, int wd)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->list[i].wd == wd)
			return t->list[i].path;
	return NULL;
}

static void take_event(WatchTree *t, const struct inotify_event *e, char ***paths)
{
	const char *dir = path_of(t, e->wd);
	cleanup_free char *path = NULL;

	if (!dir || !e->len)
		return;
	if (t->file) {
		if (streq(e->name, t->file))
			found(paths, "");
		return;
	}
	path = join(dir, e->name);
	if (watch_ignored(t->ignore, path))
		return;
	if (!(e->mask & IN_ISDIR))
		found(paths, path);
	else if (e->mask & (IN_CREATE | IN_MOVED_TO))
		(void)watch_dir(t, path, 0, paths);
	else
		found(paths, path);
}

int watch_tree_read(WatchTree *t, char ***ret, Error **err)
{
	_Alignas(struct inotify_event) char buffer[BUFFER_SIZE];
	ssize_t n;

	while ((n = read(t->fd, buffer, sizeof(buffer))) > 0) {
		const char *p = buffer;

		while (p < buffer + n) {
			const struct inotify_event *e = (const void *)p;

			take_event(t, e, ret);
			p += sizeof(*e) + e->len;
		}
	}
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		return error_errno(err, errno, "watch %s", t->path);
	return 0;
}

#include "libimage/layer-lower.h"

#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libimage/layer-tree.h"

void lower_view_add(LowerView *view, int fd)
{
	view->fds = xreallocarray(view->fds, view->n + 1, sizeof(int));
	view->fds[view->n++] = fd;
}

void lower_view_clear(LowerView *view)
{
	for (size_t i = 0; i < view->n; i++)
		(void)fd_close(view->fds[i]);
	free(view->fds);
	*view = (LowerView){ 0 };
}

void lower_file_clear(LowerFile *file)
{
	free(file->path);
	file->path = NULL;
}

/* A directory reached on the way: of the layers from `bottom` up, those that have it show it. */
typedef struct At {
	char *path;
	size_t bottom;
} At;

static const char *or_dot(const char *path)
{
	return *path ? path : ".";
}

/* What the layers from `bottom` up show at a path whose parents are directories in all of them that
 * have it. *ret_bottom is for walking on, should it be a directory. 1 found, 0 nothing. */
static int look(const LowerView *v, const char *path, size_t bottom, LowerFile *ret,
		size_t *ret_bottom)
{
	bool found = false;

	*ret_bottom = bottom;
	for (size_t i = v->n; i > bottom; i--) {
		struct stat st;

		if (fstatat(v->fds[i - 1], or_dot(path), &st, AT_SYMLINK_NOFOLLOW) < 0) {
			if (errno == ENOENT || errno == ENOTDIR)
				continue;
			return -errno;
		}
		if (found && !S_ISDIR(st.st_mode)) {
			*ret_bottom = i;
			break;
		}
		if (stat_is_whiteout(&st))
			return 0;
		if (!found) {
			ret->st = st;
			ret->fd = v->fds[i - 1];
			found = true;
		}
		if (!S_ISDIR(st.st_mode))
			break;
		if (xattr_is_opaque(v->fds[i - 1], path, v->xattr_prefix)) {
			*ret_bottom = i - 1;
			break;
		}
	}
	return found;
}

/* Takes the first component off `*rest`. */
static char *next_component(char **rest)
{
	size_t n = strcspn(*rest, "/");
	char *name = xstrndup(*rest, n);
	char *tail = xstrdup(*rest + n + ((*rest)[n] == '/'));

	free(*rest);
	*rest = tail;
	return name;
}

static void prepend(char **rest, const char *path)
{
	char *longer = xasprintf("%s/%s", path, *rest);

	free(*rest);
	*rest = longer;
}

static void back_to_root(At *at)
{
	free(at->path);
	*at = (At){ .path = xstrdup("") };
}

/* Walks to the parent again from the root: which layers show it was not remembered. */
static void go_up(At *at, char **rest)
{
	cleanup_free char *parent = xstrdup(at->path);
	char *slash = strrchr(parent, '/');

	*(slash ? slash : parent) = '\0';
	prepend(rest, parent);
	back_to_root(at);
}

static int follow_link(const LowerFile *link, At *at, char **rest)
{
	char target[LAYER_MAX_PATH];
	ssize_t n = readlinkat(link->fd, link->path, target, sizeof(target) - 1);

	if (n < 0)
		return -errno;
	target[n] = '\0';
	prepend(rest, target);
	if (*target == '/')
		back_to_root(at);
	return 0;
}

typedef struct Search {
	const LowerView *view;
	At at;
	char *rest;
	bool follow;
	unsigned links;
	LowerFile file; /* the last one looked at; its path is owned */
} Search;

static void search_clear(Search *s)
{
	free(s->at.path);
	free(s->rest);
	lower_file_clear(&s->file);
}

static int step(Search *s, const char *name)
{
	char *path = layer_path_join(s->at.path, name);
	size_t bottom;
	int r;

	lower_file_clear(&s->file);
	s->file.path = path;
	r = look(s->view, path, s->at.bottom, &s->file, &bottom);
	if (r <= 0)
		return r;
	if (S_ISLNK(s->file.st.st_mode) && (*s->rest || s->follow)) {
		if (++s->links > LAYER_MAX_LINKS_FOLLOWED)
			return -ELOOP;
		r = follow_link(&s->file, &s->at, &s->rest);
		return r < 0 ? r : 1;
	}
	if (*s->rest && !S_ISDIR(s->file.st.st_mode))
		return 0;
	free(s->at.path);
	s->at = (At){ .path = xstrdup(path), .bottom = bottom };
	return 1;
}

static int search(Search *s)
{
	int r = 1;

	while (r > 0 && *s->rest) {
		cleanup_free char *name = next_component(&s->rest);

		if (!*name || streq(name, "."))
			continue;
		if (streq(name, ".."))
			go_up(&s->at, &s->rest);
		else
			r = step(s, name);
	}
	return r;
}

int lower_find(const LowerView *view, const char *path, bool follow, LowerFile *ret)
{
	cleanup(search_clear) Search s = { .view = view, .follow = follow };
	size_t bottom;
	int r;

	s.at.path = xstrdup("");
	s.rest = xstrdup(path);
	r = search(&s);
	if (r <= 0)
		return r;
	/* A path that ended at the root, or went up, has not been looked at itself. */
	if (!s.file.path || !streq(s.file.path, s.at.path)) {
		lower_file_clear(&s.file);
		s.file.path = xstrdup(s.at.path);
		r = look(view, s.file.path, s.at.bottom, &s.file, &bottom);
		if (r <= 0)
			return r;
	}
	*ret = s.file;
	s.file.path = NULL;
	return 1;
}

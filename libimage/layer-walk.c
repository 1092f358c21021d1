#include "libimage/layer-walk.h"

#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"

#define WALK_DIR_FLAGS (O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

int walk_to(Walk *w, char *at /* takes ownership */, Error **err)
{
	free(w->at);
	w->at = at;
	(void)fd_close(w->fd);
	w->fd = openat(w->tree->rootfd, *at ? at : ".", WALK_DIR_FLAGS);
	w->depth = *at ? 1 : 0;
	for (const char *p = at; *p; p++)
		w->depth += *p == '/';
	return w->fd < 0 ? error_errno(err, errno, "open %s", at) : 0;
}

static int walk_up(Walk *w, Error **err)
{
	const char *slash = strrchr(w->at, '/');
	int r = walk_to(w, slash ? xstrndup(w->at, (size_t)(slash - w->at)) : xstrdup(""), err);

	return r < 0 ? r : 1;
}

static int walk_link(Walk *w, int linkfd, Error **err)
{
	char target[LAYER_MAX_PATH];
	ssize_t n = readlinkat(linkfd, "", target, sizeof(target) - 1);
	char *rest;

	if (n < 0)
		return error_errno(err, errno, "read link below /%s", w->at);
	if (++w->links > LAYER_MAX_LINKS_FOLLOWED)
		return error_set(err, ELOOP, "too many links on the way");
	target[n] = '\0';
	rest = xasprintf("%s/%s", target, w->rest);
	free(w->rest);
	w->rest = rest;
	return *target == '/' ? walk_to(w, xstrdup(""), err) : 0;
}

static int walk_make(Walk *w, const char *name, Error **err)
{
	TreePlace place = { .fd = w->fd,
			    .name = name,
			    .dir = layer_dirs_get(&w->tree->dirs, w->at) };
	LayerDir *dir;
	int r = layer_tree_make_dir(w->tree, &place, &dir, err);

	if (r < 0)
		return r;
	dir->implied = true;
	dir->meta.mode = S_IFDIR | 0755;
	dir->meta.mtime = *w->mtime;
	return 0;
}

static int walk_enter(Walk *w, const char *name, int fd, Error **err)
{
	char *at = layer_path_join(w->at, name);

	free(w->at);
	w->at = at;
	(void)fd_close(w->fd);
	w->fd = fd;
	if (++w->depth > LAYER_MAX_DEPTH)
		return error_set(err, ENAMETOOLONG, "nested deeper than %d directories",
				 LAYER_MAX_DEPTH);
	if (strlen(at) > LAYER_MAX_PATH)
		return error_errno(err, ENAMETOOLONG, "follow links");
	return 0;
}

/* One component: 1 walked, 0 not there. */
static int walk_component(Walk *w, const char *name, Error **err)
{
	cleanup_fd int fd = openat(w->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	bool missing = fd < 0 && errno == ENOENT;
	int r;

	if (fd < 0 && !missing)
		return error_errno(err, errno, "open %s", name);
	if (!missing && fstat(fd, &st) < 0)
		return error_errno(err, errno, "stat %s", name);
	if (!missing && S_ISLNK(st.st_mode)) {
		r = walk_link(w, fd, err);
		return r < 0 ? r : 1;
	}
	if (!missing && S_ISDIR(st.st_mode)) {
		r = walk_enter(w, name, steal_fd(&fd), err);
		return r < 0 ? r : 1;
	}
	if (!missing && !stat_is_whiteout(&st))
		return error_errno(err, ENOTDIR, "%s", name);
	if (!w->mtime)
		return 0;
	r = walk_make(w, name, err);
	if (r < 0)
		return r;
	fd = fd_close(fd);
	fd = openat(w->fd, name, WALK_DIR_FLAGS);
	if (fd < 0)
		return error_errno(err, errno, "open %s", name);
	r = walk_enter(w, name, steal_fd(&fd), err);
	return r < 0 ? r : 1;
}

int walk(Walk *w, Error **err)
{
	int r = 1;

	while (r > 0 && *w->rest) {
		size_t n = strcspn(w->rest, "/");
		cleanup_free char *name = xstrndup(w->rest, n);

		memmove(w->rest, w->rest + n, strlen(w->rest + n) + 1);
		if (*w->rest)
			memmove(w->rest, w->rest + 1, strlen(w->rest));
		if (!*name || streq(name, "."))
			continue;
		if (streq(name, ".."))
			r = walk_up(w, err);
		else
			r = walk_component(w, name, err);
	}
	return r;
}

void walk_clear(Walk *w)
{
	free(w->rest);
	free(w->at);
	(void)fd_close(w->fd);
}

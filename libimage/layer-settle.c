#include "libimage/layer-settle.h"

#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libimage/layer-name.h"

typedef struct Settle {
	LayerTree *tree;
	const LowerView *lower;
	/* Something was made, moved or removed: directories' times must be set again. */
	bool changed;
	/* Pairs: a directory that was moved, and where to. */
	char **moves;
} Settle;

static const struct timespec no_time;

/* ---- directories without an entry ---- */

static int apply_dir(Settle *s, LayerDir *dir, Metadata *m, Error **err)
{
	int r = metadata_apply_dir(s->tree->rootfd, *dir->path ? dir->path : ".", m, err);

	if (r < 0)
		return r;
	if (m != &dir->meta) {
		metadata_clear(&dir->meta);
		dir->meta = metadata_steal(m);
	}
	return metadata_finish_dir(s->tree->rootfd, *dir->path ? dir->path : ".", &dir->meta, err);
}

static int move_children(Settle *s, const char *from, const char *to, Error **err);

static int move_dir(Settle *s, const char *from, const char *to, const TreePlace *place,
		    Error **err)
{
	LayerDir *moved = layer_dirs_get(&s->tree->dirs, from), *dir;
	int r = layer_tree_make_dir(s->tree, place, &dir, err);

	if (r < 0)
		return r;
	if (moved->opaque)
		r = layer_tree_set_opaque(s->tree, place->fd, place->name, dir, err);
	if (r >= 0 && !moved->implied)
		r = metadata_apply_dir(place->fd, place->name, &moved->meta, err);
	if (r < 0)
		return r;
	if (!moved->implied || !dir->meta.mode) {
		dir->implied = moved->implied;
		metadata_clear(&dir->meta);
		dir->meta = metadata_steal(&moved->meta);
	}
	return move_children(s, from, to, err);
}

static int move_entry(Settle *s, const char *from, const char *to, Error **err)
{
	TreePlace place;
	struct stat st;
	int r = layer_tree_place(s->tree, to, &no_time, &place, err);

	if (r < 0)
		return r;
	if (layer_dirs_get(&s->tree->dirs, from))
		return move_dir(s, from, to, &place, err);
	if (fstatat(s->tree->rootfd, from, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return error_errno(err, errno, "stat %s", from);
	/* A whiteout does not remove what this layer itself has there. */
	if (stat_is_whiteout(&st) &&
	    faccessat(place.fd, place.name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	r = layer_tree_remove(s->tree, &place, err);
	if (r >= 0 && renameat(s->tree->rootfd, from, place.fd, place.name) < 0)
		r = error_errno(err, errno, "move %s", from);
	return r;
}

static char **list_children(Settle *s, const char *path)
{
	int fd = openat(s->tree->rootfd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	cleanup_dir DIR *d = fd < 0 ? NULL : fdopendir(fd);
	char **names = NULL;
	struct dirent *e;

	while (d && (e = readdir(d)))
		if (!streq(e->d_name, ".") && !streq(e->d_name, ".."))
			strv_add(&names, e->d_name);
	return names;
}

static int move_children(Settle *s, const char *from, const char *to, Error **err)
{
	cleanup_strv char **names = list_children(s, from);
	int r = 0;

	STRV_FOREACH(name, names) {
		cleanup_free char *a = xasprintf("%s/%s", from, *name);
		cleanup_free char *b = *to ? xasprintf("%s/%s", to, *name) : xstrdup(*name);

		r = move_entry(s, a, b, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* The lower layers have a link where this one implies a directory: its content goes where the link
 * leads. A link that leads nowhere is hidden by the directory. */
static int settle_through_link(Settle *s, LayerDir *dir, Error **err)
{
	cleanup_free char *from = xstrdup(dir->path);
	LowerFile target = { 0 };
	TreePlace place;
	int r = lower_find(s->lower, from, true, &target);
	const char *inside = r > 0 ? startswith(target.path, from) : NULL;

	if (r <= 0 || !S_ISDIR(target.st.st_mode) || (inside && (!*inside || *inside == '/'))) {
		lower_file_clear(&target);
		return apply_dir(s, dir, &dir->meta, err);
	}
	r = move_children(s, from, target.path, err);
	if (r >= 0)
		r = layer_tree_place(s->tree, from, &no_time, &place, err);
	if (r >= 0)
		r = layer_tree_remove(s->tree, &place, err);
	strv_add(&s->moves, from);
	strv_add(&s->moves, target.path);
	s->changed = true;
	lower_file_clear(&target);
	return r;
}

static int settle_dir(Settle *s, LayerDir *dir, Error **err)
{
	LowerFile file = { 0 };
	Metadata m = { 0 };
	int r = dir->replaces ? 0 : lower_find(s->lower, dir->path, false, &file);

	dir->settled = true;
	if (r > 0 && S_ISLNK(file.st.st_mode)) {
		r = settle_through_link(s, dir, err);
	} else if (r > 0 && S_ISDIR(file.st.st_mode)) {
		r = metadata_read(file.fd, *file.path ? file.path : ".", &m, err);
		if (r >= 0)
			r = apply_dir(s, dir, &m, err);
	} else {
		/* Ours alone: what it was made with is final. */
		r = apply_dir(s, dir, &dir->meta, err);
	}
	metadata_clear(&m);
	lower_file_clear(&file);
	return r;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char **implied_dirs(const LayerTree *tree)
{
	char **paths = xnew0(char *, tree->dirs.n_live + 1);
	size_t n = 0;

	for (size_t i = 0; i < tree->dirs.n_slots; i++) {
		const LayerDir *dir = tree->dirs.slots[i];

		if (dir && dir->path && dir->implied && !dir->settled)
			paths[n++] = xstrdup(dir->path);
	}
	qsort(paths, n, sizeof(*paths), by_path);
	return paths;
}

/* Parents before children; moving makes new ones, so again until there are none. */
static int settle_dirs(Settle *s, Error **err)
{
	for (;;) {
		cleanup_strv char **paths = implied_dirs(s->tree);
		int r = 0;

		if (!*paths)
			return 0;
		STRV_FOREACH(path, paths) {
			LayerDir *dir = layer_dirs_get(&s->tree->dirs, *path);

			if (dir && !dir->settled)
				r = settle_dir(s, dir, err);
			if (r < 0)
				return layer_name_prefix(err, r, *path);
		}
	}
}

/* ---- whiteouts of nothing ---- */

static char *where_moved(const Settle *s, const char *path)
{
	char *now = xstrdup(path);

	for (size_t i = 0; s->moves && s->moves[i]; i += 2) {
		const char *rest = startswith(now, s->moves[i]);
		char *moved;

		if (!rest || *rest != '/')
			continue;
		moved = xasprintf("%s%s", s->moves[i + 1], *s->moves[i + 1] ? rest : rest + 1);
		free(now);
		now = moved;
	}
	return now;
}

static bool below_opaque(const LayerTree *tree, const char *path)
{
	cleanup_free char *dir = xstrdup(path);
	char *slash;

	while ((slash = strrchr(dir, '/'))) {
		const LayerDir *d;

		*slash = '\0';
		d = layer_dirs_get(&tree->dirs, dir);
		if (d && d->opaque)
			return true;
	}
	return layer_dirs_get(&tree->dirs, "")->opaque;
}

/* Directories that were made for a whiteout alone go with it. */
static void remove_implied(Settle *s, const char *path)
{
	cleanup_free char *dir = xstrdup(path);
	char *slash;

	while ((slash = strrchr(dir, '/'))) {
		const LayerDir *d;
		LowerFile file = { 0 };
		int r;

		*slash = '\0';
		d = layer_dirs_get(&s->tree->dirs, dir);
		r = lower_find(s->lower, dir, false, &file);
		lower_file_clear(&file);
		if (!d || !d->implied || r != 0 || unlinkat(s->tree->rootfd, dir, AT_REMOVEDIR) < 0)
			return;
		layer_dirs_remove(&s->tree->dirs, dir);
	}
}

static int settle_whiteout(Settle *s, const char *path, Error **err)
{
	cleanup_free char *now = where_moved(s, path);
	LowerFile file = { 0 };
	TreePlace place;
	struct stat st;
	int r = layer_tree_find(s->tree, now, &place, NULL);

	/* It may have been replaced by an entry, or gone with its directory. */
	if (r <= 0 || fstatat(place.fd, place.name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !stat_is_whiteout(&st))
		return 0;
	r = below_opaque(s->tree, now) ? 0 : lower_find(s->lower, now, false, &file);
	lower_file_clear(&file);
	if (r != 0)
		return 0;
	s->changed = true;
	r = layer_tree_remove(s->tree, &place, err);
	if (r >= 0)
		remove_implied(s, now);
	return r;
}

static int settle_whiteouts(Settle *s, Error **err)
{
	for (size_t i = 0; i < s->tree->n_whiteouts; i++) {
		int r = settle_whiteout(s, s->tree->whiteouts[i], err);

		if (r < 0)
			return layer_name_prefix(err, r, s->tree->whiteouts[i]);
	}
	return 0;
}

int layer_settle(LayerTree *tree, const LowerView *lower, Error **err)
{
	Settle s = { .tree = tree, .lower = lower };
	int r = settle_links(tree, lower, err);

	s.changed = tree->n_links > 0;

	if (r >= 0)
		r = settle_dirs(&s, err);
	if (r >= 0)
		r = settle_whiteouts(&s, err);
	if (r >= 0 && s.changed)
		r = layer_tree_finish_dirs(tree, err);
	strv_free(s.moves);
	return r;
}

#include "libimage/layer-settle.h"

#include <fcntl.h>
#include <sys/sendfile.h>

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

static int fail(const char *path, int r, Error **err)
{
	cleanup_free char *quoted = layer_name_quote(path);

	return error_prefix(err, r, "tar entry %s", quoted);
}

/* ---- hard links to lower layers ---- */

/* Within one file system the kernel shares the blocks where it can. */
static int copy_bytes(int from, int to, int64_t size, Error **err)
{
	for (int64_t done = 0; done < size;) {
		ssize_t k = copy_file_range(from, NULL, to, NULL, (size_t)(size - done), 0);

		if (k < 0 && (errno == EXDEV || errno == EINVAL || errno == EOPNOTSUPP))
			k = sendfile(to, from, NULL, (size_t)(size - done));
		if (k < 0 && errno != EINTR)
			return error_errno(err, errno, "copy up");
		if (k == 0)
			return error_set(err, EIO, "copy up: the file became shorter");
		done += k > 0 ? k : 0;
	}
	return 0;
}

static int copy_regular(const LowerFile *file, const TreePlace *to, const Metadata *m, Error **err)
{
	cleanup_fd int in = openat(file->fd, file->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	cleanup_fd int out = -1;
	int r;

	if (in < 0)
		return error_errno(err, errno, "copy up");
	out = openat(to->fd, to->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (out < 0)
		return error_errno(err, errno, "copy up");
	r = copy_bytes(in, out, file->st.st_size, err);
	return r < 0 ? r : metadata_apply_file(to->fd, to->name, out, m, false, err);
}

static int copy_special(const LowerFile *file, const TreePlace *to, const Metadata *m, Error **err)
{
	char target[LAYER_MAX_PATH];
	int r;

	if (S_ISLNK(m->mode)) {
		ssize_t n = readlinkat(file->fd, file->path, target, sizeof(target) - 1);

		if (n < 0)
			return error_errno(err, errno, "copy up");
		target[n] = '\0';
		r = symlinkat(target, to->fd, to->name);
	} else {
		r = mknodat(to->fd, to->name, m->mode, file->st.st_rdev);
	}
	if (r < 0)
		return error_errno(err, errno, "copy up");
	return metadata_apply_file(to->fd, to->name, -1, m, false, err);
}

static bool in_tree(const TreePlace *place)
{
	struct stat st;

	return fstatat(place->fd, place->name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       !stat_is_whiteout(&st);
}

static int copy_up(Settle *s, const LowerFile *file, TreePlace *ret, Error **err)
{
	Metadata m = { 0 };
	int r = layer_tree_place(s->tree, file->path, &no_time, ret, err);

	/* An earlier link to the same file may have brought it here. */
	if (r < 0 || in_tree(ret))
		return r;
	r = metadata_read(file->fd, file->path, &m, err);
	if (r >= 0)
		r = layer_tree_remove(s->tree, ret, err);
	if (r >= 0)
		r = S_ISREG(m.mode) ? copy_regular(file, ret, &m, err)
				    : copy_special(file, ret, &m, err);
	metadata_clear(&m);
	return r;
}

/* The path of the target in this layer, copied up where it was not there. Caller frees. */
static int find_target(Settle *s, const char *target, char **ret_path, Error **err)
{
	LowerFile file = { 0 };
	TreePlace place;
	int r = layer_tree_find(s->tree, target, &place, err);

	if (r < 0)
		return r;
	if (r > 0 && in_tree(&place)) {
		*ret_path = tree_place_path(&place);
		return 0;
	}
	r = lower_find(s->lower, target, false, &file);
	if (r <= 0 || S_ISDIR(file.st.st_mode))
		r = error_set(err, ENOENT, "hard link to %s, which %s", target,
			      r > 0 ? "is a directory" : "is in no layer");
	else
		r = copy_up(s, &file, &place, err);
	if (r >= 0)
		*ret_path = tree_place_path(&place);
	lower_file_clear(&file);
	return r;
}

static int settle_link(Settle *s, const LinkAfterwards *link, Error **err)
{
	cleanup_free char *target = NULL;
	TreePlace to;
	int r = find_target(s, link->target, &target, err);

	if (r >= 0)
		r = layer_tree_place(s->tree, link->path, &no_time, &to, err);
	if (r < 0)
		return r;
	/* A later entry of the same name has won; a whiteout gives way. */
	if (in_tree(&to))
		return 0;
	if (unlinkat(to.fd, to.name, 0) < 0 && errno != ENOENT)
		return error_errno(err, errno, "replace whiteout");
	if (linkat(s->tree->rootfd, target, to.fd, to.name, 0) < 0)
		return error_errno(err, errno, "create hard link");
	return 0;
}

static int settle_links(Settle *s, Error **err)
{
	for (size_t i = 0; i < s->tree->n_links; i++) {
		int r = settle_link(s, &s->tree->links[i], err);

		if (r < 0)
			return fail(s->tree->links[i].path, r, err);
		s->changed = true;
	}
	return 0;
}

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
				return fail(*path, r, err);
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
			return fail(s->tree->whiteouts[i], r, err);
	}
	return 0;
}

int layer_settle(LayerTree *tree, const LowerView *lower, Error **err)
{
	Settle s = { .tree = tree, .lower = lower };
	int r = settle_links(&s, err);

	if (r >= 0)
		r = settle_dirs(&s, err);
	if (r >= 0)
		r = settle_whiteouts(&s, err);
	if (r >= 0 && s.changed)
		r = layer_tree_finish_dirs(tree, err);
	strv_free(s.moves);
	return r;
}

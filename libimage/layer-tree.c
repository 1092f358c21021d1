#include "libimage/layer-tree.h"

#include <fcntl.h>
#include <sys/sysmacros.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "libimage/layer-walk.h"

char *layer_path_join(const char *dir, const char *name)
{
	return *dir ? xasprintf("%s/%s", dir, name) : xstrdup(name);
}

bool stat_is_whiteout(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(0, 0);
}

LayerTree *layer_tree_new(int rootfd, const char *xattr_prefix)
{
	LayerTree *t = xnew0(LayerTree, 1);
	LayerDir *root;

	t->rootfd = rootfd;
	t->xattr_opaque = xasprintf("%sopaque", xattr_prefix);
	root = layer_dirs_add(&t->dirs, "");
	root->implied = true;
	root->meta.mode = S_IFDIR | 0755;
	for (size_t i = 0; i < TREE_CACHED_PARENTS; i++)
		t->parents[i].fd = -1;
	return t;
}

/* After a removal no parent may be found by the path it had: links on the way may be gone. The
 * descriptor that is in use stays open until its slot is taken again. */
static void forget_parents(LayerTree *t, int fd_in_use)
{
	for (size_t i = 0; i < TREE_CACHED_PARENTS; i++) {
		CachedParent *c = &t->parents[i];
		int fd = c->fd >= 0 && c->fd == fd_in_use ? c->fd : -1;

		free(c->path);
		if (fd < 0)
			(void)fd_close(c->fd);
		*c = (CachedParent){ .fd = fd };
	}
}

LayerTree *layer_tree_free(LayerTree *t)
{
	if (!t)
		return NULL;
	forget_parents(t, -1);
	layer_dirs_clear(&t->dirs);
	for (size_t i = 0; i < t->n_links; i++) {
		free(t->links[i].path);
		free(t->links[i].target);
	}
	for (size_t i = 0; i < t->n_whiteouts; i++)
		free(t->whiteouts[i]);
	free(t->links);
	free(t->whiteouts);
	free(t->xattr_opaque);
	free(t);
	return NULL;
}

/* ---- places ---- */

static CachedParent *cached_parent(LayerTree *t, const char *path, size_t n)
{
	for (size_t i = 0; i < TREE_CACHED_PARENTS; i++) {
		CachedParent *c = &t->parents[i];

		if (c->path && strncmp(c->path, path, n) == 0 && !c->path[n]) {
			c->used = ++t->clock;
			return c;
		}
	}
	return NULL;
}

static CachedParent *remember_parent(LayerTree *t, const char *path, int fd, LayerDir *dir)
{
	CachedParent *oldest = &t->parents[0];

	for (size_t i = 1; i < TREE_CACHED_PARENTS; i++)
		if (t->parents[i].used < oldest->used)
			oldest = &t->parents[i];
	free(oldest->path);
	(void)fd_close(oldest->fd);
	*oldest = (CachedParent){ .path = xstrdup(path), .fd = fd, .dir = dir, .used = ++t->clock };
	return oldest;
}

static int resolve_parent(LayerTree *t, const char *parent, const struct timespec *mtime,
			  CachedParent **ret, Error **err)
{
	cleanup(walk_clear) Walk w = { .tree = t, .mtime = mtime, .fd = -1 };
	LayerDir *dir = layer_dirs_get(&t->dirs, parent);
	int r;

	/* Most parents have had an entry of their own: one openat() finds them. */
	w.rest = xstrdup(dir ? "" : parent);
	r = walk_to(&w, xstrdup(dir ? parent : ""), err);
	if (r < 0)
		return r;
	r = walk(&w, err);
	if (r <= 0)
		return r;
	dir = layer_dirs_get(&t->dirs, w.at);
	*ret = remember_parent(t, parent, steal_fd(&w.fd), dir);
	return 1;
}

static int find_place(LayerTree *t, const char *path, const struct timespec *mtime, TreePlace *ret,
		      Error **err)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) : 0;
	CachedParent *c = cached_parent(t, path, n);

	if (!c) {
		cleanup_free char *parent = xstrndup(path, n);
		int r = resolve_parent(t, parent, mtime, &c, err);

		if (r <= 0)
			return r;
	}
	*ret = (TreePlace){ .fd = c->fd, .name = slash ? slash + 1 : path, .dir = c->dir };
	return 1;
}

int layer_tree_place(LayerTree *t, const char *path, const struct timespec *mtime, TreePlace *ret,
		     Error **err)
{
	int r = find_place(t, path, mtime, ret, err);

	return r < 0 ? r : 0;
}

int layer_tree_find(LayerTree *t, const char *path, TreePlace *ret, Error **err)
{
	return find_place(t, path, NULL, ret, err);
}

char *tree_place_path(const TreePlace *place)
{
	return layer_path_join(place->dir->path, place->name);
}

/* ---- changing ---- */

static int remove_children(LayerTree *t, int fd, const char *path);

static int remove_at(LayerTree *t, int dirfd, const char *name, const char *path)
{
	int fd, r;

	if (unlinkat(dirfd, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -errno;
	fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = remove_children(t, fd, path);
	layer_dirs_remove(&t->dirs, path);
	if (r < 0)
		return r;
	return unlinkat(dirfd, name, AT_REMOVEDIR) < 0 ? -errno : 0;
}

/* Takes the descriptor. The directories below are forgotten too. */
static int remove_children(LayerTree *t, int fd, const char *path)
{
	cleanup_dir DIR *d = fdopendir(fd);
	struct dirent *e;
	int r = 0;

	if (!d)
		return -errno;
	while (r >= 0 && (e = readdir(d))) {
		cleanup_free char *child = NULL;

		if (streq(e->d_name, ".") || streq(e->d_name, ".."))
			continue;
		child = layer_path_join(path, e->d_name);
		r = remove_at(t, fd, e->d_name, child);
	}
	return r;
}

int layer_tree_remove(LayerTree *t, const TreePlace *place, Error **err)
{
	cleanup_free char *path = tree_place_path(place);
	int r = remove_at(t, place->fd, place->name, path);

	forget_parents(t, place->fd);
	return r < 0 ? error_errno(err, -r, "remove what was there") : 0;
}

int layer_tree_charge(LayerTree *t, size_t n, Error **err)
{
	t->memory += n;
	if (t->memory > LAYER_MAX_MEMORY)
		return error_set(err, EFBIG, "too many directories, links and whiteouts");
	return 0;
}

int layer_tree_set_opaque(LayerTree *t, int dirfd, const char *name, LayerDir *dir, Error **err)
{
	int r;

	if (dir->opaque)
		return 0;
	r = xattr_set(dirfd, name, t->xattr_opaque, "y", 1);
	if (r < 0)
		return error_errno(err, -r, "set attribute %s", t->xattr_opaque);
	dir->opaque = true;
	return 0;
}

static int new_dir(LayerTree *t, const TreePlace *place, bool replaces, LayerDir **ret, Error **err)
{
	cleanup_free char *path = tree_place_path(place);
	LayerDir *dir;
	int r;

	if (mkdirat(place->fd, place->name, 0755) < 0)
		return error_errno(err, errno, "make directory");
	dir = layer_dirs_add(&t->dirs, path);
	dir->replaces = replaces;
	*ret = dir;
	r = layer_tree_charge(t, sizeof(*dir) + strlen(path), err);
	if (r < 0)
		return r;
	/* It stands for a file or a whiteout, so what lower layers have there stays hidden. */
	return replaces ? layer_tree_set_opaque(t, place->fd, place->name, dir, err) : 0;
}

int layer_tree_make_dir(LayerTree *t, const TreePlace *place, LayerDir **ret, Error **err)
{
	cleanup_free char *path = tree_place_path(place);
	struct stat st;
	int r;

	*ret = layer_dirs_get(&t->dirs, path);
	if (*ret)
		return 0;
	if (fstatat(place->fd, place->name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno != ENOENT)
			return error_errno(err, errno, "stat");
		return new_dir(t, place, false, ret, err);
	}
	r = layer_tree_remove(t, place, err);
	return r < 0 ? r : new_dir(t, place, true, ret, err);
}

int layer_tree_whiteout(LayerTree *t, const TreePlace *place, Error **err)
{
	cleanup_free char *path = tree_place_path(place);
	LayerDir *dir = layer_dirs_get(&t->dirs, path);
	size_t memory;

	/* A whiteout is about lower layers: what this one has put there stays (image-spec,
	 * layer.md), only that a directory no longer shows the lower one's content. */
	if (dir)
		return layer_tree_set_opaque(t, place->fd, place->name, dir, err);
	if (mknodat(place->fd, place->name, S_IFCHR, makedev(0, 0)) < 0)
		return errno == EEXIST ? 0 : error_errno(err, errno, "make whiteout");
	GROW(t->whiteouts, t->n_whiteouts, &t->cap_whiteouts);
	memory = sizeof(path) + strlen(path);
	t->whiteouts[t->n_whiteouts++] = steal(&path);
	return layer_tree_charge(t, memory, err);
}

int layer_tree_finish_dirs(LayerTree *t, Error **err)
{
	struct timespec none = { 0 };

	for (size_t i = 0; i < t->dirs.n_slots; i++) {
		LayerDir *dir = t->dirs.slots[i];
		TreePlace place = { .fd = t->rootfd, .name = "." };
		int r = 0;

		if (!dir || !dir->path)
			continue;
		/* One lookup by path serves but for the longest, which the kernel refuses. */
		if (strlen(dir->path) >= PATH_MAX)
			r = layer_tree_place(t, dir->path, &none, &place, err);
		else if (*dir->path)
			place.name = dir->path;
		if (r >= 0)
			r = metadata_finish_dir(place.fd, place.name, &dir->meta, err);
		if (r < 0)
			return error_prefix(err, r, "%s", dir->path);
	}
	return 0;
}

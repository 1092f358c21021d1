/*
 * layer-tree: a layer's directory while it is being filled: paths are resolved below its root only,
 * whatever the links in it say, and parents that are missing are made. It remembers what can only
 * be settled with the layers below it (layer-settle.h).
 *
 * Paths are clean: relative, without empty, "." or ".." components. Nobody else changes the
 * directory.
 */
#pragma once

#include <limits.h>

#include "libimage/layer-dirs.h"

/* Bytes of a path, and how deep directories may be nested: removing a tree needs a descriptor for
 * each level. */
#define LAYER_MAX_PATH 4096
#define LAYER_MAX_DEPTH 256
#define LAYER_MAX_LINKS_FOLLOWED 40
/* Bytes that directories, hard links to lower layers and whiteouts of one layer may take in memory
 * until it is settled: some half a million directories. */
#define LAYER_MAX_MEMORY ((size_t)128 * 1024 * 1024)

#define TREE_CACHED_PARENTS 16

/* A hard link whose target the layer does not have. */
typedef struct LinkAfterwards {
	char *path, *target;
} LinkAfterwards;

typedef struct CachedParent {
	char *path; /* as entries name it */
	LayerDir *dir;
	int fd;
	unsigned used;
} CachedParent;

typedef struct LayerTree {
	int rootfd;
	char *xattr_opaque; /* "trusted.overlay.opaque" */
	LayerDirs dirs;
	LinkAfterwards *links;
	size_t n_links, cap_links;
	char **whiteouts; /* paths */
	size_t n_whiteouts, cap_whiteouts;
	size_t memory; /* of all these */
	CachedParent parents[TREE_CACHED_PARENTS];
	unsigned clock;
} LayerTree;

/* `rootfd` is an empty directory and stays the caller's. */
LayerTree *layer_tree_new(int rootfd, const char *xattr_prefix);
LayerTree *layer_tree_free(LayerTree *tree);
DEFINE_CLEANUP(LayerTree, layer_tree_free)

/* Where an entry goes: a directory's descriptor (borrowed, until the next call), the last component
 * of the path in it (part of the string given), and the directory itself. */
typedef struct TreePlace {
	int fd;
	const char *name;
	LayerDir *dir;
} TreePlace;

/* Resolves the parent of `path`; what is missing is made, with `mtime` for a time. */
int layer_tree_place(LayerTree *tree, const char *path, const struct timespec *mtime,
		     TreePlace *ret, Error **err);
/* The same without making anything: 1, or 0 when it is not there. */
int layer_tree_find(LayerTree *tree, const char *path, TreePlace *ret, Error **err);
/* The path of a place's entry, without links. Caller frees. */
char *tree_place_path(const TreePlace *place);

/* Makes a directory or takes the one that is there; anything else in its place goes. */
int layer_tree_make_dir(LayerTree *tree, const TreePlace *place, LayerDir **ret, Error **err);
/* Removes whatever is there, a directory with all that is in it. */
int layer_tree_remove(LayerTree *tree, const TreePlace *place, Error **err);
/* Hides what lower layers have at this path; what this layer has there stays. */
int layer_tree_whiteout(LayerTree *tree, const TreePlace *place, Error **err);
/* Hides what lower layers have in this directory. */
int layer_tree_set_opaque(LayerTree *tree, int dirfd, const char *name, LayerDir *dir, Error **err);
/* Counts memory that the tree keeps: -EFBIG when it becomes too much. */
int layer_tree_charge(LayerTree *tree, size_t n, Error **err);
/* Sets the directories' times, special bits and default ACLs. May be called again. */
int layer_tree_finish_dirs(LayerTree *tree, Error **err);

bool stat_is_whiteout(const struct stat *st);
/* "dir/name", or "name" when `dir` is the root, "". Caller frees. */
char *layer_path_join(const char *dir, const char *name);

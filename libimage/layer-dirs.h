/*
 * layer-dirs: the directories of a layer that is being unpacked, by path. What is set on them last
 * (times, special mode bits, default ACLs) waits here, as does the knowledge which of them the tar
 * had no entry for.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "libimage/layer-meta.h"

typedef struct LayerDir {
	char *path; /* below the layer's root, without links; "" is the root */
	Metadata meta;
	bool implied; /* made without an entry: takes the lower layer's metadata when settled */
	bool settled; /* an implied one that has taken it */
	bool opaque;
	bool replaces; /* a file or a whiteout: the lower layers' directory is another one */
} LayerDir;

typedef struct LayerDirs {
	LayerDir **slots;
	size_t n_slots, n_used, n_live;
} LayerDirs;

LayerDir *layer_dirs_get(const LayerDirs *dirs, const char *path);
/* Adds a directory that is not there yet. */
LayerDir *layer_dirs_add(LayerDirs *dirs, const char *path);
void layer_dirs_remove(LayerDirs *dirs, const char *path);
void layer_dirs_clear(LayerDirs *dirs);

/*
 * layers-lookup: looks a path up through an image's layers as the mounted overlay would show it,
 * without mounting anything: upper layers first, whiteouts and opaque directories honoured,
 * symbolic links followed inside the image.
 *
 * Layers hold what strangers packed, so the kernel never resolves more than one component here, and
 * never follows a link. Results are descriptors opened with O_PATH: what a path names may be a
 * device or a FIFO, which opening would touch.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "libcommon/error.h"
#include "libcommon/str.h"

typedef struct LayersLookup LayersLookup;

/* `names` are the layers, lowest first, as directories below `dirfd`. */
int layers_lookup_open(int dirfd, char *const *names, LayersLookup **ret, Error **err);
LayersLookup *layers_lookup_free(LayersLookup *l);
DEFINE_CLEANUP(LayersLookup, layers_lookup_free)
#define cleanup_layers_lookup cleanup(layers_lookup_freep)

/* Finds `path` (absolute, of the image). Returns an O_PATH descriptor, or -ENOENT, -ENOTDIR,
 * -ELOOP, -ENAMETOOLONG… With `follow` a link at the end is followed, else it is what is found. */
int layers_lookup_find(const LayersLookup *l, const char *path, bool follow);

/* Whether the path leads to a regular file that somebody may execute. */
bool layers_lookup_executable(const LayersLookup *l, const char *path);
/* Whether there is anything of that name, a dangling link included. */
bool layers_lookup_exists(const LayersLookup *l, const char *path);

/* Reads a regular file of at most `limit` bytes: 0, or -ENOENT, -EFBIG, -EINVAL (no regular file)…
 */
int layers_lookup_read(const LayersLookup *l, const char *path, size_t limit, Strbuf *ret);
/* Reads a symbolic link's text; -EINVAL when it is none. */
int layers_lookup_readlink(const LayersLookup *l, const char *path, char **ret);
/* Opens a regular file for reading; -EINVAL when it is none. */
int layers_lookup_open_file(const LayersLookup *l, const char *path);

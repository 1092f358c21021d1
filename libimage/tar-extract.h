/*
 * tar-extract: unpacks a tar stream into a directory of a container, as `docker cp -` does.
 *
 * The stream and the container are both hostile, the container while it runs: names are resolved
 * with the container's root as the root (links of the container are followed there, and only
 * there), nothing is written through a link, and entries that lead out of the directory by their
 * text are refused. Everything is set on descriptors of what was made, never on names.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "libcommon/error.h"
#include "libimage/decompress.h"

/* Entries of one stream. */
#define EXTRACT_MAX_ENTRIES 10000000
/* Bytes that the times of directories, which are set last, may take in memory. */
#define EXTRACT_MAX_MEMORY ((size_t)64 << 20)

typedef struct TarExtractOptions {
	const char *dir; /* the directory, a path of the container */
	bool set_owner; /* to uid and gid; else the archive's */
	uid_t uid;
	gid_t gid;
} TarExtractOptions;

/* Reads everything that `source` gives, compressed or not. Errors are Docker's. */
int tar_extract(int root, const TarExtractOptions *o, DecompressSource *source, void *userdata,
		Error **err);

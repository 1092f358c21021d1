/*
 * container-copy: files and trees between a container, running or not, and the host, as `docker cp`
 * copies them.
 *
 * What is copied to the host belongs to the caller; what is copied to a container keeps its owner,
 * or with `archive` belongs to the container's user, if it has one. Nothing the container does
 * leads the copy out of its root, and nothing that is copied out of it is written anywhere but at
 * the destination.
 */
#pragma once

#include "librunner/container.h"

typedef struct CopyOptions {
	bool archive; /* -a */
	bool follow_link; /* -L */
} CopyOptions;

/* *ret_size is what a tar of it would have. *ret_shown is the destination as Docker names it at the
 * end; caller frees, also after a failure. */
int container_copy_from(Runtime *rt, const char *name, const char *path, const char *host_path,
			const CopyOptions *o, char **ret_shown, int64_t *ret_size, Error **err);
int container_copy_to(Runtime *rt, const char *name, const char *path, const char *host_path,
		      const CopyOptions *o, char **ret_shown, int64_t *ret_size, Error **err);

/* The same with a tar: written to our stdout, read from our stdin. */
int container_copy_to_tar(Runtime *rt, const char *name, const char *path, const CopyOptions *o,
			  Error **err);
int container_copy_from_tar(Runtime *rt, const char *name, const char *path, const CopyOptions *o,
			    Error **err);

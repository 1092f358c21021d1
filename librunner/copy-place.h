/*
 * copy-place: what the two ends of a copy are, and by Docker's rules where the copy goes: for
 * container-copy.c.
 */
#pragma once

#include <stdbool.h>
#include <sys/stat.h>

#include "librunner/container-root.h"

/* One end: a path (its end kept: `/` and `/.` mean something) and what is there. */
typedef struct CopyPlace {
	char *path; /* absolute */
	bool exists, is_dir;
	char *rebase; /* the name that a link's target is copied under, or NULL */
} CopyPlace;
void copy_place_clear(CopyPlace *p);
#define cleanup_copy_place cleanup(copy_place_clear)

/* What a path of the container names, as lstat(2) inside it would say. `name` is the container's,
 * for messages. -ENOENT: `Could not find the file /x in container y`. */
int container_lstat(int root, const char *name, const char *path, struct stat *ret, Error **err);
/* The path that all links of `path` lead to inside the container, as far as they do. Caller frees.
 */
char *container_follow(int root, const char *path);

/* The source in the container; the source and the destination on the host. */
int copy_source_in_container(int root, const char *name, const char *path, bool follow,
			     CopyPlace *ret, Error **err);
int copy_source_on_host(const char *path, bool follow, CopyPlace *ret, Error **err);
int copy_target_in_container(int root, const char *name, const char *path, CopyPlace *ret,
			     Error **err);
int copy_target_on_host(const char *path, CopyPlace *ret, Error **err);

/* Where the copy goes: a directory, and the name in it, "." for the content of a directory. */
int copy_place_decide(const CopyPlace *source, const CopyPlace *target, char **ret_dir,
		      char **ret_name, Error **err);

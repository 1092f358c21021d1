/* cgroup-internal: what the files of cgroup share. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "libcommon/str.h"
#include "librunner/cgroup.h"

struct Cgroup {
	char **dirs; /* one absolute path for each hierarchy */
};

/* Calls `f` for the group `name` and all below it, the deepest first; adds up what it returns. A
 * payload can nest control groups as it likes: those that are too deep are left out. */
int cgroup_walk(int parent, const char *name, int (*f)(int dirfd, void *userdata), void *userdata);

/* The directory that has the file, or NULL: `memory.max` is the memory controller of v2,
 * `memory.limit_in_bytes` that of v1. It stays the Cgroup's. */
const char *cgroup_dir_with(const Cgroup *cg, const char *file);
/* Reads a file of one group, without its last line break. 0 or -errno. */
int cgroup_file_read(const char *dir, const char *file, Strbuf *ret);
/* Writes it. 0 or -errno. */
int cgroup_file_write(const char *dir, const char *file, const char *value);

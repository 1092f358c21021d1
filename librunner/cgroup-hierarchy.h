/* cgroup-hierarchy: which control group hierarchies are mounted, and where a process is in them. */
#pragma once

#include <sys/types.h>

#include "libcommon/error.h"

/* The directory of process `pid` (0: ours) in each mounted hierarchy, v1 and v2, as a vector of
 * absolute paths. Where the mount shows only a part of the hierarchy that the process is not in, it
 * is the mount's root. -ENOTSUP when none is mounted. */
int hierarchies_of(pid_t pid, char ***ret, Error **err);

/* The same from the text of /proc/PID/cgroup and /proc/self/mountinfo. */
char **hierarchies_parse(const char *cgroup, const char *mountinfo);

/* The directory of our own group in the v1 hierarchy of one controller ("memory"), or in v2 ("").
 * NULL where it is not mounted; caller frees. */
char *hierarchy_of(const char *controller);

/* cgroup-hierarchy: which control group hierarchies are mounted, and where a process is in them. */
#pragma once

#include <stdbool.h>
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

/* Hands the controllers of a v2 group on to those below it. True where all that limits need are;
 * false where the host does not let us, or because processes are in the group itself. True for v1.
 */
bool hierarchy_hand_on(const char *dir);
/* The group below which containers get theirs: our own, or where that one cannot hand its
 * controllers on (a shell's, which has processes), the nearest one around it that can. Our own when
 * there is none: then limits are missing. Caller frees. */
char *hierarchy_base(const char *own);

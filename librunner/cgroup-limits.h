/*
 * cgroup-limits: HostConfig's limits as files of a control group, on v1, hybrid and v2. A limit
 * that this host's control groups have no file for is an error that names its flag: what a host
 * cannot do was discarded with a warning before (limits-check.h), or the container was made
 * elsewhere.
 */
#pragma once

#include "librunner/cgroup.h"
#include "librunner/container-config.h"

/* Writes all limits that `h` gives. A new group has none, so what is not given is left alone; with
 * `old` (a running container's limits before an update, else NULL) what is the same is left alone
 * and what was taken back is set to unlimited. The first that fails is the error; those before it
 * stay. */
int cgroup_limits_apply(const Cgroup *cg, const HostConfig *h, const HostConfig *old, Error **err);

/* One line for a file: `file` of the group gets `value`. */
typedef struct LimitRow {
	const char *option; /* "--memory" */
	const char *file;
	char *value; /* lines; each is written by itself */
} LimitRow;

#define LIMIT_ROWS_MAX 24
/* What would be written on a host that has only v1 or only v2 of everything, in order; for tests
 * and for whoever shows it. Returns the number; free with limit_rows_clear(). */
size_t limit_rows(const HostConfig *h, bool unified, LimitRow ret[static LIMIT_ROWS_MAX]);
void limit_rows_clear(LimitRow *rows, size_t n);

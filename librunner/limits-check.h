/*
 * limits-check: what of a HostConfig's limits makes sense and what this host can do, in Docker's
 * words. What it cannot do is taken out with a warning (`… Limitation discarded.`), what
 * contradicts itself is an error, as in Docker's engine.
 */
#pragma once

#include "librunner/container-config.h"
#include "librunner/runtime.h"

/* What the control groups of this host offer. */
typedef struct LimitSupport {
	bool memory, swap, swappiness, reservation, oom_kill_disable, pids;
	bool cpu_cfs, cpu_shares, cpu_rt, cpuset;
	bool blkio_weight, blkio_weight_device, blkio_throttle;
	int64_t cpus; /* how many this process may use */
	char *cpuset_cpus, *cpuset_mems; /* "0-1"; NULL: unknown */
} LimitSupport;

void limit_support_detect(LimitSupport *ret);
void limit_support_clear(LimitSupport *s);
#define cleanup_limit_support cleanup(limit_support_clear)

/* Whether there is anything to check. */
bool limits_given(const HostConfig *h);
/* Checks the limits in `h`; with `update` they are those of `racker update` alone. Strings are
 * added to *warnings, without a prefix. */
int limits_check(HostConfig *h, const LimitSupport *s, bool update, char ***warnings, Error **err);

/* The same for a container that is created: what the engine adds (as much swap as memory) is filled
 * in, and warnings are told with Docker's `WARNING: ` in front. */
int limits_check_new(Runtime *rt, HostConfig *h, Error **err);

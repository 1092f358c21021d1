/*
 * freeze-guard: keeps a container frozen for the length of a piece of work, and no longer, however
 * this process ends: a process of its own thaws the container when we are done or gone.
 */
#pragma once

#include "librunner/cgroup.h"

typedef struct FreezeGuard {
	pid_t pid; /* 0: nothing is frozen */
	int fd;
} FreezeGuard;

int freeze_guard_begin(const Cgroup *cg, FreezeGuard *ret, Error **err);
/* Thaws, and waits until that is done. */
void freeze_guard_end(FreezeGuard *guard);
#define cleanup_freeze_guard cleanup(freeze_guard_end)

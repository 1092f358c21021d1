/*
 * oom: tells when the kernel has killed something of the container for want of memory: an `oom`
 * event for each, and OOMKilled in the state.
 */
#pragma once

#include "librunner/monitor/monitor.h"

/* Watches the run's control group; hosts without a memory controller have nothing to watch. */
void oom_watch(Monitor *m);
/* Looks now: before the control group is removed. */
void oom_check(Monitor *m);
Oom *oom_free(Oom *o);

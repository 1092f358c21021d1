/*
 * supervise: waiting for a systemd-nspawn that this process has started, so that what was made for
 * it can be taken down also when a signal ends us.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "librunner/cgroup.h"

/* Blocks SIGTERM, SIGINT and SIGHUP; a signalfd of them, or -errno. */
int supervise_signals(void);

/* Waits until the process behind `pidfd` has ended. At a signal it is asked to end by SIGTERM, and
 * after a grace period everything in its control group is killed. True when a signal came. */
bool supervise_wait(pid_t pid, int pidfd, int signals, const Cgroup *cg);

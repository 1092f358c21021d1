/*
 * hooks: commands of the host that are run when a container starts and ends: those of config.yaml,
 * then the container's own, one after the other.
 *
 * Each is a command line for /bin/sh with the container as JSON (inspect.h) on its standard input
 * and RACKER_… in its environment. It has 30 seconds.
 */
#pragma once

#include "librunner/monitor/monitor.h"

/* Runs those for `when`, and then calls `done`, from the event loop or at once where there are
 * none. The first one that fails is the last; `e` (the callee's) says why. */
void hooks_run(Monitor *m, const char *when, void (*done)(Monitor *m, Error *e));
/* Ends what is running of them, so that `done` is called soon. */
void hooks_interrupt(Monitor *m);

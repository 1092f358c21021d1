/*
 * binds: what comes into the container from outside: our own files, and what the user asked for.
 *
 * A booted container gets all of it by systemd-nspawn, before its PID 1 starts. A plain one gets it
 * by racker-init, as detached mounts over its socket, because there Docker's order and places
 * (/dev, /run, /sys) count.
 */
#pragma once

#include "librunner/monitor/monitor.h"
#include "librunner/mount-plan.h"
#include "librunner/nspawn.h"

typedef struct Binds {
	NspawnBind *list;
	size_t n, cap;
	char **strings; /* what the list borrows */
} Binds;

void binds_clear(Binds *b);
#define cleanup_binds cleanup(binds_clear)

/* Takes ownership of `source`; `target` is borrowed. */
void binds_add(Binds *b, char *source, const char *target, bool readonly);

/* Both are copied. */
void binds_add_copy(Binds *b, const char *source, const char *target);

/* Mounts what the plan says and adds it to `b`, or to the run's mounts for racker-init. */
int binds_add_plan(Monitor *m, Binds *b, const MountPlan *plan, Error **err);
/* Unmounts in our own namespace what a run had there. */
void binds_forget(Monitor *m);

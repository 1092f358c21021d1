/*
 * stage: mounts what a container's plan says at places of the monitor's own mount namespace, with
 * everything that belongs to it (read-only, propagation, options). From there a detached copy goes
 * to racker-init of a plain container, or systemd-nspawn binds it into a booted one.
 */
#pragma once

#include "librunner/monitor/monitor.h"
#include "librunner/mount-plan.h"

/* Mounts at `place`, which must not exist. */
int stage_mount(Monitor *m, const PlannedMount *p, const char *place, Error **err);
/* A detached copy of what is mounted at `path`, with what is below it. */
int stage_copy(const char *path, Error **err);
/* Takes one away again, with its place. */
void stage_remove(const char *place);

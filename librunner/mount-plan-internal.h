/* mount-plan-internal: the ways in which a plan is filled; nobody else includes it. */
#pragma once

#include "librunner/mount-plan.h"

/* A new entry; `target` becomes a clean path. */
PlannedMount *plan_add(MountPlan *plan, PlannedKind kind, const char *target);

/* The name that is given to `propagation` members, NULL: there is none of this name. */
const char *propagation_find(const char *name);

/* An entry of HostConfig.Binds, of HostConfig.Mounts, of HostConfig.Tmpfs. -EINVAL in Docker's
 * words. */
int plan_add_bind(MountPlan *plan, const char *text, Error **err);
int plan_add_mount(MountPlan *plan, const Mount *m, Error **err);
int plan_add_tmpfs(MountPlan *plan, const char *text, Error **err);

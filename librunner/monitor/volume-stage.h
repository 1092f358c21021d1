/* volume-stage: volumes as mounts of a run (stage.h), counted and told. */
#pragma once

#include "librunner/monitor/monitor.h"
#include "librunner/mount-plan.h"

/* Mounts it at `place`, which must not exist; whether it is read-only comes later. */
int volume_stage(Monitor *m, const PlannedMount *p, const char *place, Error **err);
/* Nothing of the run is left. */
void volumes_stage_end(Monitor *m);

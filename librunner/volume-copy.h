/*
 * volume-copy: an empty volume gets what the image has at the place where it is mounted, once, with
 * owners, modes, attributes and times, those of the directory itself included.
 *
 * A volume that no container has yet gets all of it at once, by a rename: killed in the middle, it
 * is empty as before. The caller holds the volumes exclusively (volume_lock()).
 */
#pragma once

#include "librunner/mount-plan.h"
#include "librunner/volume.h"

/* Whether it has to be looked into at all: its volume is empty, as far as can be seen. */
bool volume_copy_wanted(Runtime *rt, const PlannedMount *p);
/* Does it for each mount of the plan that is wanted. */
int volume_copy_all(Runtime *rt, const Container *c, const MountPlan *plan, Error **err);

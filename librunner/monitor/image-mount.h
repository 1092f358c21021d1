/* image-mount: an image as a read-only mount (`--mount type=image`). */
#pragma once

#include "librunner/mount-plan.h"
#include "librunner/runtime.h"

int image_mount(Runtime *rt, const PlannedMount *p, const char *place, Error **err);

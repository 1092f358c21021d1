/*
 * container-pause: stops a running container in its tracks, and lets it go on. Booted systems are
 * frozen as a whole.
 */
#pragma once

#include "librunner/container.h"

/* -ESRCH: it does not run; -EALREADY: it is paused. */
int container_pause(Runtime *rt, const char *name, Error **err);
/* -EINVAL: it is not paused. */
int container_unpause(Runtime *rt, const char *name, Error **err);

/*
 * refresh: a container whose configuration comes from fragments gets it anew at every start.
 */
#pragma once

#include "librunner/container.h"

/* Reads the fragments again and makes the configuration of a container that does not run anew, in
 * `c` and on disk. 1 when it has changed, 0 when not (or when it has no fragments). The caller
 * holds the container's start lock. */
int container_refresh(Runtime *rt, Container *c, Error **err);

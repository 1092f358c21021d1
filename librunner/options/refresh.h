/*
 * refresh: a container whose configuration comes from fragments gets it anew at every start.
 */
#pragma once

#include "librunner/container.h"

/* Reads the fragments again and makes the configuration of a container that does not run anew, in
 * `c` and on disk. 1 when it has changed, 0 when not (or when it has no fragments). The caller
 * holds the container's start lock. */
int container_refresh(Runtime *rt, Container *c, Error **err);
/* Whether that would work, without doing it: before a container is stopped to be started again. */
int container_refresh_check(Runtime *rt, const Container *c, Error **err);

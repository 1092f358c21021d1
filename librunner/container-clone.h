/*
 * container-clone: a new container with the files and the configuration of one that stands still.
 */
#pragma once

#include "librunner/container.h"

/* `from` is stopped or paused. The new one has an identity of its own: ID, name, machine ID, and
 * its host name where that was not chosen. *ret_id is its ID. -EBUSY: it runs. */
int container_clone(Runtime *rt, const char *from, const char *name, char **ret_id, Error **err);

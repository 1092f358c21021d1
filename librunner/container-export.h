/*
 * container-export: a container's files as a tar: its own, without what is mounted inside, as
 * Docker's export has them.
 */
#pragma once

#include "librunner/container.h"

int container_export(Runtime *rt, const char *name, int out, Error **err);

/*
 * container-inherit: what a new container takes over from others when it is created: the mounts of
 * --volumes-from, and the images that it mounts.
 */
#pragma once

#include "librunner/container.h"

int container_inherit(Runtime *rt, Container *c, Error **err);
/* The second part alone: fills racker.mounted_images anew. */
int container_find_images(Runtime *rt, Container *c, Error **err);

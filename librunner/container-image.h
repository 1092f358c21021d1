/*
 * container-image: the image of a container that is being created: found, or pulled by policy.
 */
#pragma once

#include "librunner/container.h"

/* Follows req->pull and req->platform. Says `Unable to find image 'x:latest' locally` through
 * rt->notice before a pull that was not asked for. */
int container_find_image(Runtime *rt, const ContainerCreate *req, Image **ret, Error **err);

/*
 * container-configure: a container's configuration from what was asked for and the image's.
 */
#pragma once

#include "librunner/container.h"

/* Fills config, host, path, args and the user's part of `racker` of a container whose id and
 * racker.boot are set and whose other members are empty. */
int container_configure(Container *c, const ContainerCreate *req, const ImageConfig *image,
			Error **err);

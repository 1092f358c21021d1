/*
 * container-check: what a request to create a container may say, in Docker's words.
 */
#pragma once

#include "librunner/container.h"

/* Everything that can be checked before the image is known. */
int container_check(const ContainerCreate *req, Error **err);

/*
 * container-size: how much a container holds on disk, as `ps --size` and `inspect --size` tell it.
 */
#pragma once

#include <stdint.h>

#include "librunner/container.h"

/* *ret_rw: the bytes of the files that the container has written or changed; *ret_root: of all
 * files of its root, the image's included. What cannot be read counts nothing. */
void container_size(Runtime *rt, const Container *c, int64_t *ret_rw, int64_t *ret_root);

/* The bytes of all files below a directory, hard links counted once, as `docker ps --size` counts.
 * Never follows a link and never enters another mount. */
int64_t tree_size(int dirfd, const char *path);

/*
 * container-mounts: mounts the root of a container that does not run, in the calling process's
 * mount namespace, which must be a private one (rootfs_private()).
 */
#pragma once

#include "librunner/container-root.h"

/* Mounts it somewhere below the container's directory; *ret_fd is the root (O_PATH). The working
 * directory changes. */
int container_mount(Runtime *rt, const Container *c, ContainerRootKind kind, int *ret_fd,
		    Error **err);

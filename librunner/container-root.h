/*
 * container-root: the root directory of a container, running or not, as a descriptor.
 *
 * Of a running container it is what its PID 1 sees. For a stopped one a short-lived process makes a
 * mount namespace and mounts it there; the descriptors here are all that keeps the mounts, so they
 * vanish with whoever holds them, however that one ends.
 *
 * The container may change its files at any time, so nothing below the root may be named by a path
 * that the kernel resolves freely: fs_open_in_root(), or *at() with O_NOFOLLOW on single names.
 */
#pragma once

#include "librunner/container.h"

typedef enum {
	/* The container's own files, without what is mounted inside: what `export` gives. Changes
	 * of a stopped one go nowhere. */
	ROOT_FILES,
	/* As the container sees it, its binds included, to be read: changes of a stopped one go
	 * nowhere (but those in binds). */
	ROOT_READ,
	/* The same, to be changed. A stopped container cannot be started meanwhile. */
	ROOT_WRITE,
	/* As ROOT_WRITE, for a command that runs in it: with mounts in memory, too. */
	ROOT_ENTER,
	/* What the image's layers show, without the container's own changes. */
	ROOT_IMAGE,
} ContainerRootKind;

typedef struct ContainerRoot {
	int fd; /* the root directory (O_PATH) */
	int ns; /* keeps the mounts of a stopped container; -1: it runs */
	int lock;
} ContainerRoot;

#define CONTAINER_ROOT_INIT                    \
	{                                      \
		.fd = -1, .ns = -1, .lock = -1 \
	}

int container_root_open(Runtime *rt, const Container *c, ContainerRootKind kind, ContainerRoot *ret,
			Error **err);
void container_root_close(ContainerRoot *root);
#define cleanup_container_root cleanup(container_root_close)

/* Opens the directory that holds what the container has changed, in overlayfs form. -ENOENT without
 * a message when it has none (never started). -ENOTSUP with one for a container whose root is a
 * directory of the host's. */
int container_upper_open(Runtime *rt, const Container *c, Error **err);

/* Keeps a stopped container from being started as long as the descriptor is open. Waits a moment
 * for another command; -EBUSY in words. */
int container_hold(Runtime *rt, const Container *c, Error **err);

/*
 * container-volumes: the volumes of one container, from its creation to its removal.
 */
#pragma once

#include "librunner/container.h"

/* Descriptors that keep volumes from being removed. */
typedef struct VolumeHold {
	int *fds;
	size_t n;
} VolumeHold;
void volume_hold_release(VolumeHold *hold);
#define cleanup_volume_hold cleanup(volume_hold_release)

/* Finds or makes the volumes that the container mounts and writes their names into racker.volumes;
 * those that it had before it keeps. *ret_made: the anonymous ones that were made. */
int container_volumes_resolve(Runtime *rt, Container *c, char ***ret_made, Error **err);
/* Holds them exclusively, until the container is on disk. -ENOENT when one has been removed. */
int container_volumes_hold(Runtime *rt, const Container *c, VolumeHold *ret, Error **err);

/* All of it for a container that is not on disk yet: its volumes are there, held and filled. */
int container_volumes_prepare(Runtime *rt, Container *c, VolumeHold *ret, char ***ret_made,
			      Error **err);
/* For one that is: those that its configuration brought just now are filled, too. */
int container_volumes_fill(Runtime *rt, const Container *c, Error **err);

/* It needs those that are mounts no more (volume-mount.h); `host` as there. */
void container_volumes_unmount(Runtime *rt, const Container *c, int host);

/* Removes volumes that no container has: what `rm -v` and --rm take along. */
void volumes_remove(Runtime *rt, char *const *names);
/* The anonymous ones of a container. The caller frees. */
char **container_anonymous_volumes(const Container *c);

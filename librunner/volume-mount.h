/*
 * volume-mount: volumes that are mounts (options `type`, `device`, `o`), as Docker's driver `local`
 * makes them: one mount at _data in the host's mount namespace, which all containers share.
 *
 * Who uses it is counted by files below the run-time directory, volumes/NAME/<container's ID>,
 * under the volume's exclusive lock. Those of dead containers do not count, so a killed monitor
 * costs at most that the mount stays until the next container ends, or the next command looks.
 */
#pragma once

#include "librunner/volume.h"

bool volume_is_mount(const Volume *v);

/* Mounts it unless it is, and counts the container. `host` is the host's mount namespace
 * (host-mounts.h), -1: our own. */
int volume_mount(Runtime *rt, const Volume *v, const char *container, int host, Error **err);
/* The container needs it no more; the last one unmounts it. Whatever fails is logged. */
void volume_unmount(Runtime *rt, const char *name, const char *container, int host);

/* Mounts it at an absolute path, in our own mount namespace, for ourselves. */
int volume_mount_at(const Volume *v, const char *path, Error **err);

/* What mount(2) needs of the option `o`: flags, propagation apart, and what is left for the file
 * system. For tests. */
typedef struct VolumeMountOptions {
	unsigned long flags, propagation;
	char *data; /* never NULL */
} VolumeMountOptions;
void volume_mount_options_parse(const char *text, VolumeMountOptions *ret);

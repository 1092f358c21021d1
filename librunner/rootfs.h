/*
 * rootfs: a container's root as one overlay mount, made in the calling process's mount namespace.
 *
 * Layers are mounted by short relative names (the option page is 4,096 bytes and Docker allows 127
 * layers), so the caller's working directory changes: rootfs_mount() is for programs that own their process
 * (monitor, provisioning child), after rootfs_private().
 */
#pragma once

#include "libcommon/error.h"
#include "libimage/image.h"

/* Gives this process a mount namespace of its own (unshare CLONE_NEWNS, everything rslave): what is
 * mounted from now on vanishes with the last process in it. */
int rootfs_private(Error **err);

/* Mounts overlay(upper, layers…) on `dir`/merged; `dir` holds upper/ and work/, made here with exact modes
 * whatever the umask. `dir` is below RACKER_ROOT. */
int rootfs_mount(Store *store, char *const *layers, const char *dir, Error **err);

/*
 * rootfs-image: a directory of the host's as the root of a container (--rootfs): what stands for
 * its image, and whether it is booted.
 */
#pragma once

#include "librunner/container.h"

/* An image without ID, layers and configuration. -ENOENT, -ENOTDIR when it is no directory. */
int rootfs_image(const char *dir, Image **ret, Error **err);
/* Booted when it is an operating system with systemd, unless --boot or the label says otherwise;
 * -EINVAL when it is to be booted and cannot be. */
int rootfs_boot_decide(const char *dir, const ContainerCreate *req, bool *ret_boot, Error **err);

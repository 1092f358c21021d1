/*
 * host-mounts: the mounts of the host as they were before the monitor took a mount namespace of
 * its own, in which all of them became slaves: what is asked about sharing is answered there, and a
 * bind that is to share with the host is made there.
 */
#pragma once

#include <stdbool.h>

#include "libcommon/error.h"

/* To be called before rootfs_private(): a descriptor of the namespace, or -errno. */
int host_mounts_open(void);
/* -EINVAL in Docker's words when the mount that `path` is on is not shared, and (unless `shared` is
 * asked for) no slave either. */
int host_mounts_check(int host, const char *path, bool shared, Error **err);
/* A detached copy of `path`, in the peer group of the host's own mount. */
int host_mounts_copy(int host, const char *path, bool recursive, Error **err);

/* For host_mounts_check(), from the text of a mountinfo file: the mount that `path` is on. Returns
 * false when there is none; *ret_point is the caller's to free. */
bool mountinfo_find(const char *text, const char *path, char **ret_point, bool *ret_shared,
		    bool *ret_slave);

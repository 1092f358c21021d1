/*
 * etc-files: hostname, hosts and resolv.conf of a container, written into its directory and bound
 * over /etc/hostname, /etc/hosts and /etc/resolv.conf inside.
 */
#pragma once

#include <stdbool.h>

#include "libcommon/error.h"

/* `host_network`: the container sees the host's hosts file; otherwise one with localhost alone. The
 * resolver's configuration is the host's in both cases. */
int etc_files_write(int container_dirfd, const char *hostname, bool host_network, Error **err);

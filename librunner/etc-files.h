/*
 * etc-files: hostname, hosts and resolv.conf of a container, written into its directory and bound
 * over /etc/hostname, /etc/hosts and /etc/resolv.conf inside.
 */
#pragma once

#include <stdbool.h>

#include "librunner/container-config.h"

/* `host_network`: the container sees the host's hosts file, unless it has names of its own
 * (--add-host); otherwise one with localhost. The resolver's configuration is the host's, as far as
 * --dns and its like do not say otherwise. -EINVAL for a `host-gateway` where there is none. */
int etc_files_write(int container_dirfd, const char *hostname, const HostConfig *host,
		    bool host_network, Error **err);

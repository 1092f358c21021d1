/*
 * etc-files: hostname, hosts and resolv.conf of a container, written into its directory and bound
 * over /etc/hostname, /etc/hosts and /etc/resolv.conf inside.
 */
#pragma once

#include <stdbool.h>

#include "librunner/container-config.h"

/* What they say of the container's networks. */
typedef struct EtcNetwork {
	bool host; /* it is in the host's network */
	char **addresses; /* its own */
	char **servers; /* that know the names of its networks; NULL: the host's servers */
	char **lines; /* further lines of /etc/hosts */
	char *gateway; /* for `host-gateway`; NULL: there is none */
} EtcNetwork;
void etc_network_clear(EtcNetwork *net);
#define cleanup_etc_network cleanup(etc_network_clear)

/* In the host's network the container sees the host's hosts file, unless it has names of its own
 * (--add-host); otherwise one with localhost and itself. The resolver's configuration is the
 * host's, as far as its networks and --dns and its like do not say otherwise. -EINVAL for a
 * `host-gateway` where there is none. */
int etc_files_write(int container_dirfd, const char *hostname, const char *domainname,
		    const HostConfig *host, const EtcNetwork *net, Error **err);
/* Writes hosts and resolv.conf again while they are bound: the same files. */
int etc_files_rewrite(int container_dirfd, const char *hostname, const char *domainname,
		      const HostConfig *host, const EtcNetwork *net, Error **err);

/* network-internal: what the parts of the monitor's network share. */
#pragma once

#include "librunner/endpoint.h"
#include "librunner/etc-files.h"
#include "librunner/monitor/monitor.h"
#include "librunner/netavark.h"

/* Borrows from both. */
NetavarkRequest network_request(Monitor *m, const EndpointSet *set, bool ports);
/* Leases one endpoint and adds it to the state. The host's lock is held. */
int network_lease(Monitor *m, const EndpointSettings *asked, Error **err);
/* Containers of networks with `enable_icc=false` do not reach each other: their ports of the bridge
 * are isolated. */
void network_isolate_ports(const EndpointSet *set);

/* What /etc/hosts and /etc/resolv.conf say of it. */
int network_describe(Monitor *m, EtcNetwork *ret, Error **err);
/* Adds the names of linked containers. */
int network_add_links(Monitor *m, EtcNetwork *ret, Error **err);
/* Those of the container whose network it shares. */
int network_copy_files(Monitor *m, Error **err);

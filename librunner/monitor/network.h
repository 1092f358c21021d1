/*
 * network: the networks of a container while it runs. The network namespace is the monitor's to
 * make; it has all interfaces before systemd-nspawn is started in it. Nothing but descriptors and
 * processes keep it, so that interfaces go with the last of them, whatever happens to us.
 *
 * Addresses are kept from the first run to the end of the last one; the rest is made for each run.
 */
#pragma once

#include "librunner/monitor/binds.h"
#include "librunner/monitor/monitor.h"

/* Makes the namespace and puts the container into its networks, or joins another container's. */
int network_open(Monitor *m, Error **err);
/* /etc/hosts, /etc/resolv.conf, /etc/hostname of the container. */
int network_write_files(Monitor *m, Error **err);
/* What keeps a booted guest from undoing it. */
int network_add_guest_files(Monitor *m, Binds *b, Error **err);
/* The run has ended. */
void network_close(Monitor *m);
/* There is no further run: addresses are given back. */
void network_release_all(Monitor *m);

/* The container's configuration on disk has changed: connects and disconnects what differs. */
int network_change(Monitor *m, Error **err);
/* Makes rules and names anew. */
int network_again(Monitor *m, Error **err);

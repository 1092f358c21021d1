/*
 * network: networks of a RACKER_ROOT. `bridge`, `host` and `none` are always there; others are made
 * and removed. Every function takes a network by name, ID or unique ID prefix and explains itself
 * in Docker's words (`network x not found`).
 *
 * On disk: networks/NAME.json is Docker's network object; networks/NAME.leases has the addresses
 * that are in use. Both change under networks.lock only, which is the last of the locks:
 * containers, store, networks.
 */
#pragma once

#include "librunner/container.h"

/* What `--network` may say beside the name of a network. */
#define NETWORK_DEFAULT "default"
#define NETWORK_BRIDGE "bridge"
#define NETWORK_HOST "host"
#define NETWORK_NONE "none"
#define NETWORK_CONTAINER "container:"

/* The network of a container for which none was named: RACKER_DEFAULT_NETWORK, `default-network:`
 * of config.yaml, else `bridge` where netavark is installed and `host` elsewhere. `*ret` is the
 * caller's. */
int network_default(char **ret, Error **err);
/* Whether a network mode is one of networks: not host, none, container:X. */
bool network_mode_is_network(const char *mode);

/* ---- networks ---- */

/* Creates what `req` says (ID, times and containers in it are ignored; free subnets are chosen
 * where none is given). -EEXIST: the name is taken. */
int network_create(Runtime *rt, const Network *req, char **ret_id, Error **err);
/* -ENOENT: `network x not found`. */
int network_find(Runtime *rt, const char *name, Network **ret, Error **err);
/* Sorted by name; `filters` are Docker's (`driver=bridge`, `dangling=true`, `id=`, `label=`,
 * `name=`, `scope=`, `type=custom`) and may be NULL. Free with network_list_free(). */
int network_list(Runtime *rt, char *const *filters, Network ***ret, size_t *ret_n, Error **err);
Network **network_list_free(Network **list, size_t n);
Network *network_free(Network *network);
DEFINE_CLEANUP(Network, network_free)
#define cleanup_network cleanup(network_freep)
/* Refuses the predefined ones and those with containers. *ret_name (may be NULL) is its name. */
int network_remove(Runtime *rt, const char *name, Error **err);
/* Removes networks without containers, running or not; filters are `until=`, `label=`, `label!=`.
 * *ret: the names. */
int network_prune(Runtime *rt, char *const *filters, char ***ret, Error **err);

/* ---- containers in networks ---- */

/* Puts a container, running or not, into a network. `settings` is copied; its network member does
 * not count, and it may be NULL. */
int network_connect(Runtime *rt, const char *network, const char *container,
		    const EndpointSettings *settings, Error **err);
/* With `force` also where the container or its monitor is gone. */
int network_disconnect(Runtime *rt, const char *network, const char *container, bool force,
		       Error **err);
/* Sets up again what a flush of the firewall has taken away, for one running container, or for all
 * with `container` NULL. *ret: the IDs of those that were. */
int network_reload(Runtime *rt, const char *container, char ***ret, Error **err);
/* Gives back what a container that does not run any more still has: addresses, rules of the
 * firewall, names. */
void network_release(Runtime *rt, const char *container_id);

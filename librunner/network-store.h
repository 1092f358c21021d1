/*
 * network-store: networks on disk, for librunner itself. networks/NAME.json is the definition and
 * is synced; networks/NAME.leases says who is in it now, and counts for one boot of the host only.
 *
 * Locks, each taken after those before it and given back in the reverse order: containers, store,
 * then the host's own lock of all roots (network_host_lock: subnets, netavark), then networks.lock.
 */
#pragma once

#include "librunner/network.h"
#include "librunner/runtime.h"

/* Longer names of networks have no file. */
#define NETWORK_NAME_MAX 200

/* Takes the host's lock: whoever has it may choose a subnet or run netavark. */
int network_host_lock(Error **err);
int networks_lock(Runtime *rt, Error **err);

/* Makes bridge, host and none where they are missing. */
int network_ensure_predefined(Runtime *rt, Error **err);
bool network_is_predefined(const char *name);
/* A new one with ID, time and scope. */
Network *network_new(const char *name, const char *driver);
/* Chooses subnets where none is given, refuses those that overlap, and tells other roots. Under the
 * host's lock. */
int network_assign_subnets(Runtime *rt, Network *n, Error **err);

/* Tells them again: /run is empty after a boot of the host. */
void network_tell_subnets(Runtime *rt, const Network *n);

/* All, sorted by name, with their leases. */
int network_load_all(Runtime *rt, Network ***ret, size_t *ret_n, Error **err);
/* By its full name. -ENOENT without an error where there is none. */
int network_load(Runtime *rt, const char *name, Network **ret, Error **err);
int network_write(Runtime *rt, const Network *n, Error **err);
/* Writes who is in it. */
int network_write_leases(Runtime *rt, const Network *n, Error **err);
int network_delete(Runtime *rt, const Network *n, Error **err);

/* The file's name; caller frees. */
char *network_file(const char *name, const char *suffix);
/* The interface of its bridge on the host, "br-0123456789ab" unless an option says otherwise; of a
 * macvlan its parent, or "". Unique on the host. Caller frees. */
char *network_interface(const Network *n);
/* The value of an option, or NULL. */
const char *network_option(const Network *n, const char *name);

/* Where subnets are told to other roots. */
#define NETWORK_HOST_DIR "/run/racker"

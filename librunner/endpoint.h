/*
 * endpoint: a container's places in its networks, from what was asked for to what it has while it
 * runs: leases of addresses, interfaces, names. For the monitor and for whoever cleans up after
 * one.
 */
#pragma once

#include "librunner/network.h"

/* What a request to create a container says of networks, completed: the network mode, an endpoint
 * for it, names instead of IDs, settings checked in Docker's words. For config.json. */
int endpoints_configure(Runtime *rt, Container *c, Error **err);
/* Checks the settings of one endpoint in a network. */
int endpoint_check(const Network *n, const EndpointSettings *e, Error **err);

/* Leases addresses for one endpoint, or finds the ones that the container has: *ret is what it has
 * got, *ret_network its network. Both are the caller's. `index` numbers the interface. Under the
 * host's lock. */
int endpoint_lease(Runtime *rt, const Container *c, const EndpointSettings *asked, unsigned index,
		   EndpointSettings *ret, Network **ret_network, Error **err);
/* Gives the addresses of one endpoint back; what is not there is fine. */
void endpoint_release(Runtime *rt, const char *network, const char *container_id);

/* The number behind the interfaces that a container has: of its next one. */
unsigned endpoint_next_index(const EndpointSettings *list, size_t n);

/* Takes one endpoint, or all, out of a state. */
void endpoint_state_remove(ContainerState *s, const char *network);
void endpoint_states_clear(ContainerState *s);

/* A set of endpoints with their networks, to be handed to netavark. */
typedef struct EndpointSet {
	Network **networks;
	struct NetavarkEndpoint *list;
	size_t n;
} EndpointSet;
void endpoint_set_clear(EndpointSet *s);
#define cleanup_endpoint_set cleanup(endpoint_set_clear)
/* Of endpoints as they are in a state (borrowed); what is of a network that is gone is left out. */
void endpoint_set_load(Runtime *rt, const EndpointSettings *list, size_t n, EndpointSet *ret);
/* Takes ownership of the network; the endpoint is borrowed. */
void endpoint_set_add(EndpointSet *s, Network *n, const EndpointSettings *e);
/* Which default route counts: the highest priority, then the order. Sorts, sets the metrics. */
void endpoint_set_rank(EndpointSet *s);

/*
 * netavark: the program that makes interfaces, routes and rules of the firewall (Debian package
 * netavark), with JSON on its standard input; it starts aardvark-dns for networks with names. All
 * addresses are ours: it is given static ones.
 *
 * Who calls these holds the host's lock (network-store.h): netavark has none of its own.
 */
#pragma once

#include "librunner/network.h"

/* Whether it is installed; RACKER_NETAVARK names another program than those of the usual places. */
bool netavark_installed(void);
/* -ENOENT with the package's name where it is not. */
int netavark_check(Error **err);

/* One container in one network. */
typedef struct NetavarkEndpoint {
	const Network *network;
	const EndpointSettings *endpoint;
	/* The lower, the more its default route counts. */
	unsigned metric;
} NetavarkEndpoint;

typedef struct NetavarkRequest {
	const char *container_id, *container_name;
	char *const *dns; /* where names are asked for that the network does not know */
	/* Of several endpoints the first one has the ports. */
	const NetavarkEndpoint *endpoints;
	size_t n_endpoints;
	const PortMapping *ports;
	size_t n_ports;
	int netns; /* descriptor of the container's network namespace */
	int mounts; /* mount namespace to run it in, so that a daemon of its does not keep ours; -1
		     */
} NetavarkRequest;

int netavark_setup(const NetavarkRequest *r, Error **err);
int netavark_teardown(const NetavarkRequest *r, Error **err);

/* What it reads, for tests: the endpoints from `first` on, `n` of them. */
json_t *netavark_config(const NetavarkRequest *r, size_t first, size_t n);

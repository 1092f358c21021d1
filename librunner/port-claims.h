/*
 * port-claims: the ports of the host that a container has taken, by sockets that are bound to them
 * for as long as it has them. So nobody else gets them, what nobody can have is known before the
 * container starts, and what the kernel does not redirect into the container reaches a socket of
 * ours (proxy.h).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "libcommon/json.h"
#include "librunner/network-config.h"

typedef struct PortClaim {
	int fd; /* bound, and listening where that is tcp's; -1: the kernel has no such sockets */
	char *host_ip; /* "0.0.0.0", "::", "127.0.0.1" … */
	char *protocol;
	uint16_t host_port, port; /* of the host, of the container */
} PortClaim;

typedef struct PortClaims {
	PortClaim *items; /* by the container's port */
	size_t n, cap;
	char *made_of; /* the request, as text */
	/* After -EADDRINUSE: what is in use. */
	char *busy_ip, *busy_protocol;
	uint16_t busy_port;
	bool busy_own; /* by the same request */
} PortClaims;

/* Takes what Docker's PortBindings ask for, and with `all` a free port for each of `exposed`
 * ("80/tcp") that has none. Ports that nobody named are the first free ones of
 * ip_local_port_range. All or nothing: -errno with Docker's words
 * (`listen tcp4 0.0.0.0:80: bind: address already in use`). What was taken for the same request
 * before stays as it is. */
int port_claims_take(PortClaims *c, const json_t *bindings, char *const *exposed, bool all,
		     Error **err);
/* Whether they were taken for that very request. */
bool port_claims_same(const PortClaims *c, const json_t *bindings, char *const *exposed, bool all);
void port_claims_clear(PortClaims *c);
#define cleanup_port_claims cleanup(port_claims_clear)

/* As state.json has them: neighbours are one range. *ret is the caller's, as what
 * ContainerState.ports owns. */
void port_claims_mappings(const PortClaims *c, PortMapping **ret, size_t *ret_n);

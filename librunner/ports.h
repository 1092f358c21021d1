/*
 * ports: ports as Docker writes them (go-connections/nat): `8080:80`, `127.0.0.1::53/udp`,
 * `[::1]:8000-8010:80-90`. `-p`, `--expose`, filters and compose's short syntax share the rules and
 * the words of the errors.
 *
 * What is asked for is a PortSpec; in HostConfig it is Docker's PortBindings. The PortMapping that
 * it becomes is made when the container starts (network-config.h).
 */
#pragma once

#include <stdint.h>

#include "libcommon/json.h"
#include "librunner/network-config.h"

#define PORT_MAX 65535

typedef struct PortSpec {
	uint16_t port; /* inside */
	char *protocol; /* "tcp", "udp", "sctp" */
	char *host_ip; /* as it was written, without brackets; "": every address */
	char *host_port; /* "8080", "8000-8010": any of these; "": any */
} PortSpec;

typedef struct PortSpecs {
	PortSpec *items; /* in the order they were written */
	size_t n, cap;
} PortSpecs;

void port_specs_clear(PortSpecs *p);
#define cleanup_port_specs cleanup(port_specs_clear)

/* Adds what `[[IP:][HOST-PORT[-LAST]]:]PORT[-LAST][/PROTOCOL]` means, one mapping for each port.
 * Nothing is added after an error. */
int port_specs_add(PortSpecs *p, const char *text, Error **err);
/* The same for the long form too: `target=80,published=8080,protocol=udp,mode=host`. */
int port_specs_add_publish(PortSpecs *p, const char *text, Error **err);

/* Docker's PortBindings: {"80/tcp":[{"HostIp":"","HostPort":"8080"}]}, ports sorted as text. The
 * caller owns the result. */
json_t *port_specs_to_bindings(const PortSpecs *p);
/* And back; what has not that shape is left out. */
void port_specs_from_bindings(const json_t *bindings, PortSpecs *ret);

/* What netavark's `port_mappings` are for published ports. It can redirect to one address, or to
 * all; `ipv6` says that the container has an address of IPv6, too. What it cannot do right is left
 * out: then the traffic reaches our own socket (port-claims.h). */
json_t *port_mappings_netavark(const PortMapping *ports, size_t n, bool ipv6);

/* "80", "80-90": 16 bits each. */
int port_range_parse(const char *text, uint16_t *ret_first, uint16_t *ret_last, Error **err);
/* "80-90/udp" into "80-90" and "udp"; without a protocol "tcp"; both empty without a port. The
 * caller frees. */
void port_split(const char *text, char **ret_port, char **ret_protocol);
/* By number and then protocol: "80/tcp" before "80/udp" before "443/tcp". */
int port_compare(const char *a, const char *b);

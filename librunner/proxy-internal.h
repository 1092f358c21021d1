/*
 * proxy-internal: what the two halves of proxy.h share; nobody else includes it.
 */
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "librunner/proxy.h"

/* All of a container's; a flow or a connection without data to move has one or two descriptors. */
#define PROXY_CONNECTIONS_MAX 4096
#define PROXY_FLOWS_MAX 1024
#define PROXY_FLOW_BUCKETS 256
/* Pipes that are kept for the next one who has data to move. */
#define PROXY_SPARE_PIPES 4
#define PROXY_DATAGRAM_MAX 65536

typedef struct Connection Connection;
typedef struct Flow Flow;

typedef union Address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
} Address;

typedef struct Listener {
	Proxy *proxy;
	struct Listener *next;
	int fd;
	int family;
	bool datagrams;
	uint16_t port; /* of the container */
	LoopSource *source;
} Listener;

struct Proxy {
	Loop *loop;
	Listener *listeners;
	Address ipv4, ipv6; /* of the container; family 0: none */

	/* proxy-tcp.c */
	Connection *connections;
	unsigned n_connections;
	int spare[PROXY_SPARE_PIPES][2];
	unsigned n_spare;
	LoopSource *resume; /* listeners rest until it fires */

	/* proxy-udp.c */
	Flow *flows[PROXY_FLOW_BUCKETS];
	Flow *newest, *oldest; /* by their last use */
	unsigned n_flows;
	LoopSource *expiry;
	char *datagram;
};

/* Where a listener's traffic goes; false: nowhere. */
bool proxy_target(const Listener *l, Address *ret, socklen_t *ret_length);

void proxy_accept(int fd, uint32_t events, void *listener);
void proxy_connections_free(Proxy *p);

void proxy_receive(int fd, uint32_t events, void *listener);
void proxy_flows_free(Proxy *p);

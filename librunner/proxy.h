/*
 * proxy: what reaches a published socket of the host goes to the container. The kernel redirects
 * almost everything before it gets there; what it cannot redirect ([::1], IPv6 to a container that
 * has IPv4 alone) comes here.
 *
 * Nothing blocks, nothing is buffered but what a pipe holds; a connection whose one direction is
 * closed goes on in the other. Datagrams of one sender are a flow that is forgotten when nothing
 * has passed for a while.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "libcommon/loop.h"

typedef struct Proxy Proxy;

Proxy *proxy_new(Loop *loop);
Proxy *proxy_free(Proxy *p);
DEFINE_CLEANUP(Proxy, proxy_free)
#define cleanup_proxy cleanup(proxy_freep)

/* Watches a socket: nonblocking, listening, or bound for datagrams with IP_PKTINFO. It stays the
 * caller's and is closed after the proxy is freed. `port` is the container's. 0 or -errno. */
int proxy_add(Proxy *p, int fd, bool datagrams, uint16_t port);

/* The addresses of the container, each may be NULL or empty; without any, connections are refused.
 * When they change, what has begun with the old ones ends. */
void proxy_set_target(Proxy *p, const char *ipv4, const char *ipv6);

/* How many connections and flows there are now. */
unsigned proxy_busy(const Proxy *p);

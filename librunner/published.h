/*
 * published: the ports of a running container: those it exposes, and those of the host that lead to
 * them. `ps`, `port`, `inspect` and filters share it.
 */
#pragma once

#include "librunner/container.h"

typedef struct PublishedPort {
	uint16_t port; /* of the container */
	char *protocol;
	char *host_ip; /* NULL: exposed, but not published */
	uint16_t host_port;
} PublishedPort;

typedef struct Published {
	PublishedPort *rows; /* by port, protocol, address */
	size_t n, cap;
} Published;

/* There are none without a network (host, none, another container's), or with internal ones. */
void published_ports(const Container *c, Published *ret);
void published_clear(Published *p);
#define cleanup_published cleanup(published_clear)

/* "80/tcp"; "0.0.0.0:8080", "[::]:8080". Callers free. */
char *published_port(const PublishedPort *p);
char *published_address(const PublishedPort *p);
/* As docker's `ps` shows them: `0.0.0.0:80-81->80-81/tcp, 443/tcp`. Caller frees. */
char *published_text(const Published *p);
/* NetworkSettings.Ports; the caller owns the result. */
json_t *published_json(const Published *p);

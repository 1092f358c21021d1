/*
 * published: the ports of a running container that are published on the host.
 */
#pragma once

#include "librunner/container.h"

typedef struct PublishedPort {
	char *port; /* "80/tcp" */
	char *address; /* "0.0.0.0:8080", "[::]:8080" */
} PublishedPort;

typedef struct Published {
	PublishedPort *rows; /* in the order of the ports */
	size_t n, cap;
} Published;

/* With the host's network, and with none, nothing is published. */
void published_ports(const Container *c, Published *ret);
void published_clear(Published *p);
#define cleanup_published cleanup(published_clear)

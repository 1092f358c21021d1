/*
 * filter-ports: `--filter expose=` and `publish=`: "80", "80/udp", "8000-8080/tcp".
 */
#pragma once

#include "librunner/container.h"

typedef struct PortRange {
	uint16_t first, last;
	char *protocol;
} PortRange;

typedef struct PortRanges {
	PortRange *ranges;
	size_t n, cap;
} PortRanges;

/* Reads one; errors are Go's, as Docker shows them. */
int port_ranges_add(PortRanges *p, const char *text, Error **err);
void port_ranges_clear(PortRanges *p);
/* Whether one of a running container's ports is among those of `expose`, or one of the host's
 * that lead to it among those of `publish`. */
bool port_ranges_match(const PortRanges *expose, const PortRanges *publish, const Container *c);

#include "librunner/filter-ports.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/ports.h"
#include "librunner/published.h"

void port_ranges_clear(PortRanges *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->ranges[i].protocol);
	free(p->ranges);
	*p = (PortRanges){ 0 };
}

int port_ranges_add(PortRanges *p, const char *text, Error **err)
{
	cleanup_free char *range = NULL;
	PortRange parsed = { 0 };
	int r;

	port_split(text, &range, &parsed.protocol);
	r = port_range_parse(range, &parsed.first, &parsed.last, err);
	if (r < 0) {
		free(parsed.protocol);
		return r;
	}
	GROW(p->ranges, p->n, &p->cap);
	p->ranges[p->n++] = parsed;
	return 0;
}

static bool has_port(const PortRanges *p, uint16_t port, const char *protocol)
{
	for (size_t i = 0; i < p->n; i++)
		if (port >= p->ranges[i].first && port <= p->ranges[i].last &&
		    streq(protocol, p->ranges[i].protocol))
			return true;
	return false;
}

bool port_ranges_match(const PortRanges *expose, const PortRanges *publish, const Container *c)
{
	cleanup_published Published ports = { 0 };

	published_ports(c, &ports);
	for (size_t i = 0; i < ports.n; i++) {
		const PublishedPort *row = &ports.rows[i];

		if (has_port(expose, row->port, row->protocol) ||
		    (row->host_ip && has_port(publish, row->host_port, row->protocol)))
			return true;
	}
	return false;
}

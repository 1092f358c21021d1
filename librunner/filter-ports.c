#include "librunner/filter-ports.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/ports.h"

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

/* A port as Docker writes it: "80/tcp", or "80". */
static bool has_port(const PortRanges *p, const char *port, const char *protocol)
{
	cleanup_free char *number = xstrndup(port, strcspn(port, "/"));
	uint64_t value;

	if (str_to_u64(number, &value) < 0)
		return false;
	for (size_t i = 0; i < p->n; i++)
		if (value >= p->ranges[i].first && value <= p->ranges[i].last &&
		    streq(protocol, p->ranges[i].protocol))
			return true;
	return false;
}

static const char *protocol_of(const char *port)
{
	const char *slash = strchr(port, '/');

	return slash ? slash + 1 : "tcp";
}

bool port_ranges_expose(const PortRanges *p, const Container *c)
{
	STRV_FOREACH(it, c->config.exposed_ports)
		if (has_port(p, *it, protocol_of(*it)))
			return true;
	return false;
}

bool port_ranges_publish(const PortRanges *p, const Container *c)
{
	const char *port;
	json_t *bindings;

	json_object_foreach(c->host.port_bindings, port, bindings) {
		size_t i;
		json_t *binding;

		json_array_foreach(bindings, i, binding) {
			const char *host = json_string_value(json_object_get(binding, "HostPort"));

			if (host && has_port(p, host, protocol_of(port)))
				return true;
		}
	}
	return false;
}

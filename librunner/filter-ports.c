#include "librunner/filter-ports.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"

void port_ranges_clear(PortRanges *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->ranges[i].protocol);
	free(p->ranges);
	*p = (PortRanges){ 0 };
}

static int parse_port(const char *text, uint16_t *ret, Error **err)
{
	cleanup_free char *quoted = str_quote(text);
	uint64_t value = 0;
	int r = *text ? str_to_u64(text, &value) : -EINVAL;

	if (r == -EINVAL)
		return error_set(err, EINVAL, "strconv.ParseUint: parsing %s: invalid syntax",
				 quoted);
	if (r < 0 || value > UINT16_MAX)
		return error_set(err, EINVAL, "strconv.ParseUint: parsing %s: value out of range",
				 quoted);
	*ret = (uint16_t)value;
	return 0;
}

int port_ranges_add(PortRanges *p, const char *text, Error **err)
{
	size_t n = strcspn(text, "/"), first = strcspn(text, "-/");
	cleanup_free char *low = xstrndup(text, first), *high = NULL;
	PortRange range = { 0 };
	int r = parse_port(low, &range.first, err);

	if (r < 0)
		return r;
	high = first < n ? xstrndup(text + first + 1, n - first - 1) : xstrdup(low);
	r = parse_port(high, &range.last, err);
	if (r < 0)
		return r;
	if (range.last < range.first)
		return error_set(err, EINVAL, "invalid range specified for port: %s", text);
	range.protocol = xstrdup(text[n] ? text + n + 1 : "tcp");
	GROW(p->ranges, p->n, &p->cap);
	p->ranges[p->n++] = range;
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

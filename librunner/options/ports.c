#include "librunner/options/ports.h"

#include <stdbool.h>
#include <stdint.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libcommon/units.h"

#define PORT_MAX 65535

static int range_parse(const char *range, uint64_t *first, uint64_t *last, Error **err)
{
	cleanup_strv char **ends = strv_split(range, '-');
	int r;

	if (!*range)
		return error_set(err, EINVAL, "empty string specified for ports");
	r = units_parse_decimal_uint(ends[0], PORT_MAX, first, err);
	*last = *first;
	if (r >= 0 && ends[1])
		r = units_parse_decimal_uint(ends[1], PORT_MAX, last, err);
	if (r >= 0 && *last < *first)
		r = error_set(err, EINVAL, "invalid range specified for port: %s", range);
	return r;
}

/* Which ports of that protocol are there already. */
static void mark_known(char *const *ports, const char *protocol, bool *known)
{
	STRV_FOREACH(it, ports) {
		const char *slash = strchr(*it, '/');
		cleanup_free char *number = xstrndup(*it, slash ? (size_t)(slash - *it) : 0);
		uint64_t port;

		if (slash && streq(slash + 1, protocol) && str_to_u64(number, &port) >= 0 &&
		    port <= PORT_MAX)
			known[port] = true;
	}
}

int expose_parse(const char *text, char ***ports, Error **err)
{
	cleanup_strv char **parts = strv_split(text, '/');
	const char *protocol = parts[0][0] && !str_empty(parts[1]) ? parts[1] : "tcp";
	uint64_t first = 0, last = 0;
	cleanup_free bool *known = xnew0(bool, PORT_MAX + 1);
	size_t n = strv_length(*ports);
	int r;

	if (strchr(text, ':'))
		return error_set(err, EINVAL, "invalid port format for --expose: %s", text);
	r = range_parse(parts[0], &first, &last, err);
	if (r < 0)
		return error_prefix(err, r, "invalid range format for --expose: %s, error", text);
	mark_known(*ports, protocol, known);
	*ports = xreallocarray(*ports, n + (size_t)(last - first) + 2, sizeof(**ports));
	for (uint64_t port = first; port <= last; port++)
		if (!known[port])
			(*ports)[n++] = xasprintf("%llu/%s", (unsigned long long)port, protocol);
	(*ports)[n] = NULL;
	return 0;
}

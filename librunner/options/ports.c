#include "librunner/options/ports.h"

#include <stdbool.h>
#include <stdint.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/ports.h"

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
	cleanup_free char *range = NULL, *protocol = NULL;
	uint16_t first = 0, last = 0;
	cleanup_free bool *known = xnew0(bool, PORT_MAX + 1);
	size_t n = strv_length(*ports);
	int r;

	if (strchr(text, ':'))
		return error_set(err, EINVAL, "invalid port format for --expose: %s", text);
	port_split(text, &range, &protocol);
	r = port_range_parse(range, &first, &last, err);
	if (r < 0)
		return error_prefix(err, r, "invalid range format for --expose: %s, error", text);
	mark_known(*ports, protocol, known);
	*ports = xreallocarray(*ports, n + (size_t)(last - first) + 2, sizeof(**ports));
	for (unsigned port = first; port <= last; port++)
		if (!known[port])
			(*ports)[n++] = xasprintf("%u/%s", port, protocol);
	(*ports)[n] = NULL;
	return 0;
}

#include "librunner/options/ports.h"

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

static bool among(char *const *ports, size_t n, const char *port)
{
	for (size_t i = 0; i < n; i++)
		if (streq(ports[i], port))
			return true;
	return false;
}

int expose_parse(const char *text, char ***ports, Error **err)
{
	cleanup_strv char **parts = strv_split(text, '/');
	const char *protocol = parts[0][0] && !str_empty(parts[1]) ? parts[1] : "tcp";
	uint64_t first = 0, last = 0;
	size_t n = strv_length(*ports), known = n;
	int r;

	if (strchr(text, ':'))
		return error_set(err, EINVAL, "invalid port format for --expose: %s", text);
	r = range_parse(parts[0], &first, &last, err);
	if (r < 0)
		return error_prefix(err, r, "invalid range format for --expose: %s, error", text);
	*ports = xreallocarray(*ports, n + (size_t)(last - first) + 2, sizeof(**ports));
	(*ports)[n] = NULL;
	for (uint64_t port = first; port <= last; port++) {
		cleanup_free char *p = xasprintf("%llu/%s", (unsigned long long)port, protocol);

		/* A range holds nothing twice: only what was there before is looked through. */
		if (!among(*ports, known, p))
			(*ports)[n++] = steal(&p);
	}
	(*ports)[n] = NULL;
	return 0;
}

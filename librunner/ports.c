#include "librunner/ports.h"

#include <arpa/inet.h>
#include <ctype.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libcommon/units.h"

static void spec_clear(PortSpec *m)
{
	free(m->protocol);
	free(m->host_ip);
	free(m->host_port);
}

void port_specs_clear(PortSpecs *p)
{
	for (size_t i = 0; i < p->n; i++)
		spec_clear(&p->items[i]);
	free(p->items);
	*p = (PortSpecs){ 0 };
}

/* A number that is too large is wrong input like any other. */
static int parse_port(const char *text, uint64_t *ret, Error **err)
{
	Error *e = NULL;

	if (units_parse_decimal_uint(text, PORT_MAX, ret, &e) >= 0)
		return 0;
	e->errnum = EINVAL;
	return error_propagate(err, e);
}

int port_range_parse(const char *text, uint16_t *ret_first, uint16_t *ret_last, Error **err)
{
	cleanup_strv char **ends = strv_split(text, '-');
	uint64_t first, last;
	int r;

	if (!*text)
		return error_set(err, EINVAL, "empty string specified for ports");
	r = parse_port(ends[0], &first, err);
	last = first;
	/* What comes behind a second dash is ignored, as in Docker. */
	if (r >= 0 && ends[1])
		r = parse_port(ends[1], &last, err);
	if (r < 0)
		return r;
	if (last < first)
		return error_set(err, EINVAL, "invalid range specified for port: %s", text);
	*ret_first = (uint16_t)first;
	*ret_last = (uint16_t)last;
	return 0;
}

void port_split(const char *text, char **ret_port, char **ret_protocol)
{
	cleanup_strv char **parts = strv_split(text, '/');

	*ret_port = xstrdup(parts[0]);
	if (!*parts[0])
		*ret_protocol = xstrdup("");
	else
		*ret_protocol = xstrdup(str_empty(parts[1]) ? "tcp" : parts[1]);
}

static int bad_address(Error **err, const char *ip, const char *why)
{
	return error_set(err, EINVAL, "invalid IP address %s: address %s:: %s", ip, ip, why);
}

/* An address in brackets, by the rules of Go's net.SplitHostPort. */
static int strip_brackets(const char *ip, char **ret, Error **err)
{
	const char *end = strchr(ip, ']');

	if (!end)
		return bad_address(err, ip, "missing ']' in address");
	if (end[1])
		return bad_address(err, ip,
				   end[1] == ':' ? "too many colons in address"
						 : "missing port in address");
	if (strchr(ip + 1, '['))
		return bad_address(err, ip, "unexpected '[' in address");
	*ret = xstrndup(ip + 1, (size_t)(end - ip) - 1);
	return 0;
}

static int parse_address(const char *text, char **ret, Error **err)
{
	cleanup_free char *ip = NULL;
	unsigned char buffer[sizeof(struct in6_addr)];

	if (*text == '[') {
		int r = strip_brackets(text, &ip, err);

		if (r < 0)
			return r;
	} else {
		ip = xstrdup(text);
	}
	if (*ip && inet_pton(AF_INET, ip, buffer) != 1 && inet_pton(AF_INET6, ip, buffer) != 1)
		return error_set(err, EINVAL, "invalid IP address: %s", ip);
	*ret = steal(&ip);
	return 0;
}

/* One spec taken apart, as text. */
typedef struct Parts {
	char *ip, *host, *port, *protocol;
	uint16_t first, last, host_first, host_last;
} Parts;

static void parts_clear(Parts *s)
{
	free(s->ip);
	free(s->host);
	free(s->port);
	free(s->protocol);
}

/* The last two colons separate; an address may have more of them. */
static int split(const char *text, Parts *s, Error **err)
{
	cleanup_free char *front = xstrdup(text), *address = NULL;
	char *colon = strrchr(front, ':');

	port_split(colon ? colon + 1 : front, &s->port, &s->protocol);
	for (char *c = s->protocol; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	if (colon)
		*colon = '\0';
	else
		*front = '\0';
	colon = strrchr(front, ':');
	s->host = xstrdup(colon ? colon + 1 : front);
	address = colon ? xstrndup(front, (size_t)(colon - front)) : xstrdup("");
	return parse_address(address, &s->ip, err);
}

static int parse_numbers(const char *text, Parts *s, Error **err)
{
	const char *protocol = strrchr(text, '/');

	if (!*s->port)
		return error_set(err, EINVAL, "no port specified: %s<empty>", text);
	if (port_range_parse(s->port, &s->first, &s->last, NULL) < 0)
		return error_set(err, EINVAL, "invalid containerPort: %s", s->port);
	if (*s->host && port_range_parse(s->host, &s->host_first, &s->host_last, NULL) < 0)
		return error_set(err, EINVAL, "invalid hostPort: %s", s->host);
	/* For one port a range of the host's is a choice. */
	if (*s->host && s->first != s->last && s->last - s->first != s->host_last - s->host_first)
		return error_set(err, EINVAL,
				 "invalid ranges specified for container and host Ports: %s and %s",
				 s->port, s->host);
	if (!streq(s->protocol, "tcp") && !streq(s->protocol, "udp") && !streq(s->protocol, "sctp"))
		return error_set(err, EINVAL, "invalid proto: %s",
				 protocol ? protocol + 1 : s->protocol);
	return 0;
}

static void add_spec(PortSpecs *p, const Parts *s, unsigned i)
{
	PortSpec *m;

	GROW(p->items, p->n, &p->cap);
	m = &p->items[p->n++];
	*m = (PortSpec){ .port = (uint16_t)(s->first + i),
			 .protocol = xstrdup(s->protocol),
			 .host_ip = xstrdup(s->ip) };
	if (!*s->host)
		m->host_port = xstrdup("");
	else if (s->first == s->last && s->host_first != s->host_last)
		m->host_port = xasprintf("%u-%u", s->host_first, s->host_last);
	else
		m->host_port = xasprintf("%u", s->host_first + i);
}

int port_specs_add(PortSpecs *p, const char *text, Error **err)
{
	cleanup(parts_clear) Parts s = { 0 };
	int r = split(text, &s, err);

	if (r >= 0)
		r = parse_numbers(text, &s, err);
	if (r < 0)
		return r;
	for (unsigned i = 0; i <= (unsigned)(s.last - s.first); i++)
		add_spec(p, &s, i);
	return 0;
}

/* ---- the long form ---- */

/* Keys of Docker's long form. `mode` has no meaning for one container: its port is published on
 * this host either way. */
static const char *const publish_keys[] = { "target", "published", "protocol", "mode" };

static int publish_field(const char *field, char ***values, Error **err)
{
	size_t n = strcspn(field, "=");
	cleanup_free char *key = xstrndup(field, n);

	if (!n || !field[n])
		return error_set(err, EINVAL,
				 "invalid publish opts format (should be name=value but got '%s')",
				 field);
	for (size_t i = 0; i < sizeof(publish_keys) / sizeof(*publish_keys); i++)
		if (streq(key, publish_keys[i])) {
			env_set(values, key, field + n + 1);
			return 0;
		}
	return error_set(err, EINVAL, "invalid publish opts format (unexpected key '%s' in '%s')",
			 key, field);
}

int port_specs_add_publish(PortSpecs *p, const char *text, Error **err)
{
	cleanup_strv char **fields = strv_split(text, ','), **values = NULL;
	cleanup_free char *spec = NULL;
	const char *published, *target, *protocol;
	int r = 0;

	if (!strchr(text, '='))
		return port_specs_add(p, text, err);
	STRV_FOREACH(it, fields)
		r = r < 0 ? r : publish_field(*it, &values, err);
	if (r < 0)
		return r;
	published = env_get(values, "published");
	target = env_get(values, "target");
	protocol = env_get(values, "protocol");
	spec = xasprintf("%s:%s/%s", published ? published : "", target ? target : "",
			 protocol ? protocol : "tcp");
	return port_specs_add(p, spec, err);
}

#include "librunner/port-claims.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/ports.h"

#define EVERY_IPV4 "0.0.0.0"
#define EVERY_IPV6 "::"
#define LOCAL_PORTS "/proc/sys/net/ipv4/ip_local_port_range"
#define LOCAL_PORTS_MAX 64

/* One port of the container and where it may be. */
typedef struct Want {
	const PortSpec *spec;
	uint16_t first, last;
	bool chosen; /* by us: first and last are the host's range */
} Want;

static void claim_clear(PortClaim *claim)
{
	(void)fd_close(claim->fd);
	free(claim->host_ip);
	free(claim->protocol);
}

void port_claims_clear(PortClaims *c)
{
	for (size_t i = 0; i < c->n; i++)
		claim_clear(&c->items[i]);
	free(c->items);
	free(c->made_of);
	free(c->busy_ip);
	free(c->busy_protocol);
	*c = (PortClaims){ 0 };
}

/* ---- one socket ---- */

static socklen_t address_make(const char *ip, uint16_t port, struct sockaddr_storage *ret)
{
	struct sockaddr_in *in = (void *)ret;
	struct sockaddr_in6 *in6 = (void *)ret;

	memset(ret, 0, sizeof(*ret));
	if (inet_pton(AF_INET, ip, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		return sizeof(*in);
	}
	(void)inet_pton(AF_INET6, ip, &in6->sin6_addr);
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(port);
	return sizeof(*in6);
}

static int set_options(int fd, int family, bool datagrams)
{
	int on = 1;

	if (family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0)
		return -errno;
	/* Old connections of a port are in nobody's way; replies come from where they were asked.
	 */
	if (!datagrams && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
		return -errno;
	if (datagrams && family == AF_INET &&
	    setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)) < 0)
		return -errno;
	if (datagrams && family == AF_INET6 &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on)) < 0)
		return -errno;
	return 0;
}

static int socket_bind(const char *ip, uint16_t port, const char *protocol)
{
	bool datagrams = streq(protocol, "udp"), sctp = streq(protocol, "sctp");
	struct sockaddr_storage address;
	socklen_t n = address_make(ip, port, &address);
	cleanup_fd int fd =
		socket(address.ss_family,
		       (datagrams ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC | SOCK_NONBLOCK,
		       sctp ? IPPROTO_SCTP : 0);
	int r;

	if (fd < 0)
		return -errno;
	r = set_options(fd, address.ss_family, datagrams);
	if (r < 0)
		return r;
	if (bind(fd, (struct sockaddr *)&address, n) < 0)
		return -errno;
	if (!datagrams && !sctp && listen(fd, SOMAXCONN) < 0)
		return -errno;
	return steal_fd(&fd);
}

/* Whether a host does without: its kernel has no such protocol, or no IPv6 at all. */
static bool can_do_without(int r, const char *ip, const char *protocol)
{
	if (streq(protocol, "sctp") && (r == -EPROTONOSUPPORT || r == -ESOCKTNOSUPPORT))
		return true;
	return streq(ip, EVERY_IPV6) && (r == -EAFNOSUPPORT || r == -EADDRNOTAVAIL);
}

/* ---- one port ---- */

static bool is_own(const PortClaims *c, uint16_t port, const char *protocol)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->items[i].host_port == port && streq(c->items[i].protocol, protocol))
			return true;
	return false;
}

static int claim_one(PortClaims *c, const PortSpec *spec, const char *ip, uint16_t port)
{
	int fd = socket_bind(ip, port, spec->protocol);

	if (fd < 0 && !can_do_without(fd, ip, spec->protocol)) {
		free(c->busy_ip);
		free(c->busy_protocol);
		c->busy_ip = xstrdup(ip);
		c->busy_protocol = xstrdup(spec->protocol);
		c->busy_port = port;
		c->busy_own = is_own(c, port, spec->protocol);
		return fd;
	}
	/* Without IPv6 there is nothing that could be told of it. */
	if (fd < 0 && !streq(spec->protocol, "sctp"))
		return 0;
	GROW(c->items, c->n, &c->cap);
	c->items[c->n++] = (PortClaim){ .fd = fd < 0 ? -1 : fd,
					.host_ip = xstrdup(ip),
					.protocol = xstrdup(spec->protocol),
					.host_port = port,
					.port = spec->port };
	return 0;
}

/* Without an address it is both families', at the same port. */
static int claim_port(PortClaims *c, const PortSpec *spec, uint16_t port)
{
	size_t before = c->n;
	int r;

	if (*spec->host_ip)
		return claim_one(c, spec, spec->host_ip, port);
	r = claim_one(c, spec, EVERY_IPV4, port);
	if (r >= 0)
		r = claim_one(c, spec, EVERY_IPV6, port);
	if (r < 0 && c->n > before)
		claim_clear(&c->items[--c->n]);
	return r;
}

static int claim_error(const PortClaims *c, int r, Error **err)
{
	bool v6 = strchr(c->busy_ip, ':');
	cleanup_free char *operation = xasprintf("listen %s%s", c->busy_protocol, v6 ? "6" : "4");
	cleanup_free char *place =
		xasprintf(v6 ? "[%s]:%u: bind" : "%s:%u: bind", c->busy_ip, c->busy_port);

	return error_go(err, -r, operation, place);
}

/* The first of them that is free. */
static int claim_want(PortClaims *c, const Want *w, Error **err)
{
	int r = -EADDRINUSE;

	for (unsigned port = w->first; port <= w->last && r == -EADDRINUSE; port++)
		r = claim_port(c, w->spec, (uint16_t)port);
	if (r == -EADDRINUSE && w->chosen)
		return error_set(err, EADDRINUSE,
				 "all ports from %u to %u (" LOCAL_PORTS ") are in use", w->first,
				 w->last);
	return r < 0 ? claim_error(c, r, err) : 0;
}

/* ---- all of them ---- */

static void local_ports(uint16_t *first, uint16_t *last)
{
	cleanup_strbuf Strbuf text = STRBUF_INIT;
	unsigned a, b;

	*first = 32768;
	*last = 60999;
	if (fs_read_file(AT_FDCWD, LOCAL_PORTS, LOCAL_PORTS_MAX, &text) >= 0 &&
	    sscanf(text.data, "%u %u", &a, &b) == 2 && a && a <= b && b <= PORT_MAX) {
		*first = (uint16_t)a;
		*last = (uint16_t)b;
	}
}

/* Exposed ports that no binding names. */
static void add_exposed(PortSpecs *specs, const json_t *bindings, char *const *exposed)
{
	STRV_FOREACH(it, exposed) {
		cleanup_free char *number = NULL, *protocol = NULL;
		uint16_t port, last;

		port_split(*it, &number, &protocol);
		if (json_array_size(json_object_get(bindings, *it)) > 0 ||
		    port_range_parse(number, &port, &last, NULL) < 0)
			continue;
		GROW(specs->items, specs->n, &specs->cap);
		specs->items[specs->n++] = (PortSpec){ .port = port,
						       .protocol = steal(&protocol),
						       .host_ip = xstrdup(""),
						       .host_port = xstrdup("") };
	}
}

static int make_want(const PortSpec *spec, Want *ret, Error **err)
{
	int r = 0;

	*ret = (Want){ .spec = spec };
	if (*spec->host_port)
		r = port_range_parse(spec->host_port, &ret->first, &ret->last, NULL);
	if (r < 0)
		return error_set(err, EINVAL, "invalid port specification: \"%s\"",
				 spec->host_port);
	ret->chosen = !ret->first && !ret->last;
	if (ret->chosen)
		local_ports(&ret->first, &ret->last);
	return 0;
}

/* Whoever has no choice comes first, whoever has any last. */
static int want_freedom(const Want *w)
{
	return w->chosen ? 2 : w->first != w->last;
}

static int take(PortClaims *c, const PortSpecs *specs, Error **err)
{
	cleanup_free Want *wants = xnew0(Want, specs->n + 1);
	int r = 0;

	for (size_t i = 0; i < specs->n && r >= 0; i++)
		r = make_want(&specs->items[i], &wants[i], err);
	for (int freedom = 0; freedom <= 2; freedom++)
		for (size_t i = 0; i < specs->n && r >= 0; i++)
			if (want_freedom(&wants[i]) == freedom)
				r = claim_want(c, &wants[i], err);
	return r;
}

static int compare(const void *a, const void *b)
{
	const PortClaim *x = a, *y = b;
	int r = x->port - y->port;

	r = r ? r : strcmp(x->protocol, y->protocol);
	r = r ? r : !!strchr(x->host_ip, ':') - !!strchr(y->host_ip, ':');
	r = r ? r : strcmp(x->host_ip, y->host_ip);
	return r ? r : x->host_port - y->host_port;
}

static char *request_text(const json_t *bindings, char *const *exposed, bool all)
{
	cleanup_free char *list = strv_join(all ? exposed : NULL, ",");
	cleanup_free char *asked = bindings ? json_text(bindings) : NULL;

	return xasprintf("%s;%s", asked ? asked : "", list);
}

bool port_claims_same(const PortClaims *c, const json_t *bindings, char *const *exposed, bool all)
{
	cleanup_free char *text = request_text(bindings, exposed, all);

	return c->made_of && streq(c->made_of, text);
}

int port_claims_take(PortClaims *c, const json_t *bindings, char *const *exposed, bool all,
		     Error **err)
{
	cleanup_port_specs PortSpecs specs = { 0 };
	int r;

	if (port_claims_same(c, bindings, exposed, all))
		return 0;
	port_claims_clear(c);
	port_specs_from_bindings(bindings, &specs);
	if (all)
		add_exposed(&specs, bindings, exposed);
	r = take(c, &specs, err);
	if (r < 0) {
		for (; c->n; c->n--)
			claim_clear(&c->items[c->n - 1]);
		return r;
	}
	if (c->n)
		qsort(c->items, c->n, sizeof(*c->items), compare);
	c->made_of = request_text(bindings, exposed, all);
	return 0;
}

/* ---- as they are told ---- */

static bool continues(const PortMapping *m, const PortClaim *claim)
{
	return streq(m->host_ip, claim->host_ip) && streq(m->protocol, claim->protocol) &&
	       m->host_port + m->range == claim->host_port &&
	       m->container_port + m->range == claim->port;
}

void port_claims_mappings(const PortClaims *c, PortMapping **ret, size_t *ret_n)
{
	PortMapping *list = NULL;
	size_t n = 0, cap = 0;

	for (size_t i = 0; i < c->n; i++) {
		const PortClaim *claim = &c->items[i];
		PortMapping *found = NULL;

		/* The two families alternate, so it is one of the last. */
		for (size_t j = n; j > 0 && n - j < 4 && !found; j--)
			if (continues(&list[j - 1], claim))
				found = &list[j - 1];
		if (found) {
			found->range++;
			continue;
		}
		GROW(list, n, &cap);
		list[n++] = (PortMapping){ .host_ip = xstrdup(claim->host_ip),
					   .host_port = claim->host_port,
					   .container_port = claim->port,
					   .range = 1,
					   .protocol = xstrdup(claim->protocol) };
	}
	*ret = list;
	*ret_n = n;
}

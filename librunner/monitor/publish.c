#include "librunner/monitor/publish.h"

#include <time.h>

#include "libcommon/alloc.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/bridge-port.h"
#include "librunner/container-brief.h"
#include "librunner/endpoint.h"
#include "librunner/netavark.h"
#include "librunner/network-store.h"
#include "librunner/port-claims.h"
#include "librunner/proxy.h"

#define HOLDER_ATTEMPTS 4
#define HOLDER_PAUSE_NSEC 25000000

struct Publishing {
	PortClaims claims;
	Proxy *proxy; /* watches the claims' sockets */
};

static Publishing *publishing_free(Publishing *p)
{
	if (!p)
		return NULL;
	proxy_free(p->proxy);
	port_claims_clear(&p->claims);
	free(p);
	return NULL;
}

static void clear_state(ContainerState *s)
{
	for (size_t i = 0; i < s->n_ports; i++)
		json_clear(&port_mapping_type, &s->ports[i]);
	free(s->ports);
	s->ports = NULL;
	s->n_ports = 0;
}

void publish_release(Monitor *m)
{
	m->publishing = publishing_free(m->publishing);
	clear_state(&m->c->state);
}

/* ---- who has the port ---- */

static bool overlap(const char *a, const char *b)
{
	static const char *const every[] = { "0.0.0.0", "::" };

	if (!strchr(a, ':') != !strchr(b, ':'))
		return false;
	for (size_t i = 0; i < 2; i++)
		if (streq(a, every[i]) || streq(b, every[i]))
			return true;
	return streq(a, b);
}

static bool has_port(const PortMapping *m, const PortClaims *c)
{
	int64_t range = m->range > 1 ? m->range : 1;

	return streq_null(m->protocol, c->busy_protocol) && c->busy_port >= m->host_port &&
	       c->busy_port < m->host_port + range && m->host_ip && overlap(m->host_ip, c->busy_ip);
}

static bool publishes(const Container *c, const PortClaims *claims)
{
	if (!container_is_running(c))
		return false;
	for (size_t i = 0; i < c->state.n_ports; i++)
		if (has_port(&c->state.ports[i], claims))
			return true;
	return false;
}

static char *look_for_holder(Monitor *m, const PortClaims *claims)
{
	Container **list = NULL;
	char *name = NULL;
	size_t n = 0;

	if (container_list_brief(m->rt, 0, &list, &n, NULL) < 0)
		return NULL;
	for (size_t i = 0; i < n && !name; i++)
		if (!streq(list[i]->id, m->c->id) && publishes(list[i], claims))
			name = xstrdup(list[i]->name);
	container_list_free(list, n);
	return name;
}

/* A name for the one that has it, or NULL where it is no container of ours. Who has just taken it
 * may not have written that down yet. */
static char *find_holder(Monitor *m, const PortClaims *claims)
{
	static const struct timespec pause = { .tv_nsec = HOLDER_PAUSE_NSEC };
	char *name = claims->busy_own ? xstrdup(m->c->name) : NULL;

	for (unsigned i = 0; i < HOLDER_ATTEMPTS && !name; i++) {
		if (i)
			(void)nanosleep(&pause, NULL);
		name = look_for_holder(m, claims);
	}
	return name;
}

/* Docker has one text for ports of its own containers and one for those of others. */
static int explain(Monitor *m, const PortClaims *claims, int r, Error *e, Error **err)
{
	const char *what = "driver failed programming external connectivity on endpoint";
	cleanup_free char *holder =
		r == -EADDRINUSE && claims->busy_ip ? find_holder(m, claims) : NULL;

	if (holder) {
		bool v6 = strchr(claims->busy_ip, ':');

		error_free(e);
		return error_set(err, EADDRINUSE,
				 "%s %s: Bind for %s%s%s:%u failed: port is already allocated "
				 "(by container %s)",
				 what, m->c->name, v6 ? "[" : "", claims->busy_ip, v6 ? "]" : "",
				 claims->busy_port, holder);
	}
	return error_prefix(err, error_propagate(err, e), "%s %s", what, m->c->name);
}

/* ---- the begin ---- */

/* Of a bridge that leads outside: the others publish nothing. */
static bool can_publish(Monitor *m)
{
	const NetworkingConfig *networking = &m->c->networking;

	for (size_t i = 0; i < networking->n_endpoints; i++) {
		cleanup_network Network *n = NULL;

		if (network_find(m->rt, networking->endpoints[i].network, &n, NULL) >= 0 &&
		    streq(n->driver, NETWORK_BRIDGE) && !n->internal)
			return true;
	}
	return false;
}

static bool wants_ports(const Monitor *m)
{
	const HostConfig *host = &m->c->host;

	return network_mode_is_network(host->network_mode) &&
	       (json_object_size(host->port_bindings) ||
		(host->publish_all_ports && strv_length(m->c->config.exposed_ports)));
}

static int watch(Publishing *p, Loop *loop, Error **err)
{
	p->proxy = proxy_new(loop);
	for (size_t i = 0; i < p->claims.n; i++) {
		const PortClaim *claim = &p->claims.items[i];
		int r = claim->fd < 0 || streq(claim->protocol, "sctp")
				? 0
				: proxy_add(p->proxy, claim->fd, streq(claim->protocol, "udp"),
					    claim->port);

		if (r < 0)
			return error_errno(err, -r, "watch port %u", claim->host_port);
	}
	return 0;
}

int publish_take(Monitor *m, Error **err)
{
	const HostConfig *host = &m->c->host;
	Error *e = NULL;
	Publishing *p;
	int r;

	if (!wants_ports(m) || !can_publish(m)) {
		publish_release(m);
		return 0;
	}
	if (!m->publishing)
		m->publishing = xnew0(Publishing, 1);
	p = m->publishing;
	if (!port_claims_same(&p->claims, host->port_bindings, m->c->config.exposed_ports,
			      host->publish_all_ports))
		p->proxy = proxy_free(p->proxy);
	r = port_claims_take(&p->claims, host->port_bindings, m->c->config.exposed_ports,
			     host->publish_all_ports, &e);
	if (r < 0)
		return explain(m, &p->claims, r, e, err);
	clear_state(&m->c->state);
	port_claims_mappings(&p->claims, &m->c->state.ports, &m->c->state.n_ports);
	(void)monitor_write_state(m);
	return p->proxy ? 0 : watch(p, m->loop, err);
}

/* The host is not to blame when it has no such port any more. */
static void reflect(Monitor *m, const EndpointSettings *e)
{
	int r = str_empty(e->interface) ? 0 : bridge_port_hairpin(m->run->netns, e->interface);

	if (r < 0)
		log_message(LOG_LEVEL_WARN,
			    "the container cannot reach its own published ports: %s", strerror(-r));
}

/* The endpoint that netavark publishes towards. */
void publish_open(Monitor *m)
{
	const ContainerState *s = &m->c->state;
	cleanup_endpoint_set EndpointSet set = { 0 };

	if (!m->publishing || !m->publishing->proxy)
		return;
	endpoint_set_load(m->rt, s->networks, s->n_networks, &set);
	endpoint_set_rank(&set);
	if (!set.n) {
		publish_close(m);
		return;
	}
	proxy_set_target(m->publishing->proxy, set.list[0].endpoint->ip_address,
			 set.list[0].endpoint->global_ipv6_address);
	if (streq(set.list[0].network->driver, NETWORK_BRIDGE))
		reflect(m, set.list[0].endpoint);
}

void publish_close(Monitor *m)
{
	if (m->publishing && m->publishing->proxy)
		proxy_set_target(m->publishing->proxy, NULL, NULL);
}

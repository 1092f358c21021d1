/* request-network: the networks that a service's container is in, and its ports. */
#include "compose/request.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/network.h"
#include "librunner/ports.h"

#define SERVICE_PREFIX "service:"

/* ---- ports ---- */

static int add_port(const ServicePort *p, PortSpecs *specs, Error **err)
{
	cleanup_free char *text = NULL;
	const char *ip = str_empty(p->host_ip) ? "" : p->host_ip;
	const char *published = str_empty(p->published) ? "" : p->published;
	const char *protocol = str_empty(p->protocol) ? "tcp" : p->protocol;
	bool v6 = strchr(ip, ':') && *ip != '[';

	text = xasprintf("%s%s%s:%s:%lld/%s", v6 ? "[" : "", ip, v6 ? "]" : "", published,
			 (long long)p->target, protocol);
	/* Without an address: `PUBLISHED:TARGET`. */
	return port_specs_add(specs, *ip ? text : text + 1, err);
}

static int set_ports(const Service *s, ContainerCreate *req, Error **err)
{
	cleanup_port_specs PortSpecs specs = { 0 };
	int r = 0;

	for (size_t i = 0; i < s->n_ports && r >= 0; i++)
		r = add_port(&s->ports[i], &specs, err);
	if (r < 0)
		return error_prefix(err, r, "service \"%s\"", s->name);
	for (size_t i = 0; i < specs.n; i++) {
		cleanup_free char *port =
			xasprintf("%u/%s", specs.items[i].port, specs.items[i].protocol);

		if (!strv_contains(req->config.exposed_ports, port))
			strv_add(&req->config.exposed_ports, port);
	}
	if (specs.n)
		req->host.port_bindings = port_specs_to_bindings(&specs);
	return 0;
}

static void set_expose(const Service *s, ContainerConfig *config)
{
	STRV_FOREACH(it, s->expose) {
		cleanup_free char *port =
			strchr(*it, '/') ? xstrdup(*it) : xasprintf("%s/tcp", *it);

		if (!strv_contains(config->exposed_ports, port))
			strv_add(&config->exposed_ports, port);
	}
}

/* ---- networks ---- */

/* "SERVICE[:ALIAS]" for each container of that service. */
static int add_links(Compose *c, const Service *s, EndpointSettings *e, Error **err)
{
	STRV_FOREACH(it, s->links) {
		size_t n = strcspn(*it, ":");
		cleanup_free char *service = xstrndup(*it, n);
		const char *alias = (*it)[n] ? *it + n + 1 : service;
		cleanup_project_containers ProjectContainers all = { 0 };
		int r = project_containers(c->rt, c->project->name, CONTAINERS_SERVICES, &all, err);

		if (r < 0)
			return r;
		for (size_t i = 0; i < all.n; i++) {
			const char *name = all.list[i]->name;

			if (!container_of_service(all.list[i], service))
				continue;
			strv_addf(&e->links, "%s:%s", name, alias);
			strv_addf(&e->links, "%s:%s-%lld", name, service,
				  (long long)container_number(all.list[i]));
			strv_addf(&e->links, "%s:%s", name, name);
		}
	}
	STRV_FOREACH(it, s->external_links) {
		size_t n = strcspn(*it, ":");

		strv_addf(&e->links, "%.*s:%s", (int)n, *it, (*it)[n] ? *it + n + 1 : *it);
	}
	return 0;
}

static void add_aliases(const Service *s, const ServiceNetwork *n, const RequestOptions *o,
			EndpointSettings *e)
{
	strv_add(&e->aliases, o->name);
	if (o->no_aliases)
		return;
	strv_add(&e->aliases, s->name);
	STRV_FOREACH(it, n->aliases)
		if (!strv_contains(e->aliases, *it))
			strv_add(&e->aliases, *it);
}

static void set_addresses(const ServiceNetwork *n, EndpointSettings *e)
{
	e->mac_address = xstrdup(n->mac_address);
	e->driver_opts = request_list(n->driver_opts);
	e->gw_priority = n->gw_priority;
	if (str_empty(n->ipv4_address) && str_empty(n->ipv6_address) && !n->link_local_ips)
		return;
	e->ipam = xnew0(EndpointIpam, 1);
	e->ipam->ipv4_address = xstrdup(n->ipv4_address);
	e->ipam->ipv6_address = xstrdup(n->ipv6_address);
	e->ipam->link_local_ips = request_list(n->link_local_ips);
}

static int compare_priority(const void *a, const void *b)
{
	const ServiceNetwork *x = *(const ServiceNetwork *const *)a,
			     *y = *(const ServiceNetwork *const *)b;

	if (x->priority != y->priority)
		return x->priority > y->priority ? -1 : 1;
	return strcmp(x->network, y->network);
}

static int set_endpoints(Compose *c, const Service *s, const RequestOptions *o,
			 ContainerCreate *req, Error **err)
{
	const ServiceNetwork **sorted = xnew0(const ServiceNetwork *, s->n_networks);
	int r = 0;

	for (size_t i = 0; i < s->n_networks; i++)
		sorted[i] = &s->networks[i];
	qsort(sorted, s->n_networks, sizeof(*sorted), compare_priority);
	for (size_t i = 0; i < s->n_networks && r >= 0; i++) {
		const ProjectNetwork *network = project_network(c->project, sorted[i]->network);
		const char *name = network ? network->name : sorted[i]->network;
		EndpointSettings *e = networking_add(&req->networking, name);

		if (i == 0)
			req->host.network_mode = xstrdup(name);
		add_aliases(s, sorted[i], o, e);
		set_addresses(sorted[i], e);
		r = add_links(c, s, e, err);
	}
	free(sorted);
	return r;
}

static int set_mode(Compose *c, const char *mode, HostConfig *host, Error **err)
{
	const char *service = startswith(mode, SERVICE_PREFIX);
	cleanup_free char *id = NULL;
	int r;

	if (!service) {
		host->network_mode = xstrdup(mode);
		return 0;
	}
	r = compose_reference(c, service, &id, err);
	if (r >= 0)
		host->network_mode = xasprintf(NETWORK_CONTAINER "%s", id);
	return r;
}

int request_network(Compose *c, const Service *s, const RequestOptions *o, ContainerCreate *req,
		    Error **err)
{
	int r = 0;

	if (!str_empty(s->network_mode))
		r = set_mode(c, s->network_mode, &req->host, err);
	else if (s->n_networks)
		r = set_endpoints(c, s, o, req, err);
	else
		req->host.network_mode = xstrdup(NETWORK_NONE);
	set_expose(s, &req->config);
	if (r >= 0 && !o->no_ports)
		r = set_ports(s, req, err);
	return r;
}

#include "librunner/published.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/container-state.h"
#include "librunner/network.h"
#include "librunner/ports.h"

void published_clear(Published *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->rows[i].protocol);
		free(p->rows[i].host_ip);
	}
	free(p->rows);
	*p = (Published){ 0 };
}

static void add(Published *p, uint16_t port, const char *protocol, const char *ip,
		uint16_t host_port)
{
	GROW(p->rows, p->n, &p->cap);
	p->rows[p->n++] = (PublishedPort){ port, xstrdup(protocol), xstrdup(ip), host_port };
}

static void add_mapping(Published *p, const PortMapping *m)
{
	int64_t n = m->range > 1 ? m->range : 1;

	for (int64_t i = 0;
	     i < n && m->container_port + i <= PORT_MAX && m->host_port + i <= PORT_MAX; i++)
		add(p, (uint16_t)(m->container_port + i), m->protocol ? m->protocol : "tcp",
		    m->host_ip ? m->host_ip : "", (uint16_t)(m->host_port + i));
}

static int compare_ports(const void *a, const void *b)
{
	const PublishedPort *x = a, *y = b;
	int r = x->port - y->port;

	return r ? r : strcmp(x->protocol, y->protocol);
}

static int compare(const void *a, const void *b)
{
	const PublishedPort *x = a, *y = b;
	int r = compare_ports(a, b);

	r = r ? r : strcmp(x->host_ip ? x->host_ip : "", y->host_ip ? y->host_ip : "");
	return r ? r : x->host_port - y->host_port;
}

static void sort(Published *p)
{
	if (p->n)
		qsort(p->rows, p->n, sizeof(*p->rows), compare);
}

/* Adds it, unless it is among the `published` ones, which come first and are sorted. */
static void add_exposed(Published *p, size_t published, const char *text)
{
	cleanup_free char *number = NULL, *protocol = NULL;
	PublishedPort key = { 0 };
	uint16_t last;

	port_split(text, &number, &protocol);
	key.protocol = protocol;
	if (port_range_parse(number, &key.port, &last, NULL) >= 0 &&
	    !(published && bsearch(&key, p->rows, published, sizeof(*p->rows), compare_ports)))
		add(p, key.port, protocol, NULL, 0);
}

/* An internal network leads nowhere: its endpoints have no gateway, and Docker shows no ports. */
static bool has_way_out(const ContainerState *s)
{
	for (size_t i = 0; i < s->n_networks; i++)
		if (!str_empty(s->networks[i].gateway) || !str_empty(s->networks[i].ipv6_gateway))
			return true;
	return false;
}

void published_ports(const Container *c, Published *ret)
{
	const ContainerState *s = &c->state;
	size_t published;

	if (!container_is_running(c) || !network_mode_is_network(c->host.network_mode))
		return;
	for (size_t i = 0; i < s->n_ports; i++)
		add_mapping(ret, &s->ports[i]);
	sort(ret);
	published = ret->n;
	if (!has_way_out(s))
		return;
	STRV_FOREACH(it, c->config.exposed_ports)
		add_exposed(ret, published, *it);
	sort(ret);
}

/* ---- as text ---- */

char *published_port(const PublishedPort *p)
{
	return xasprintf("%u/%s", p->port, p->protocol);
}

char *published_address(const PublishedPort *p)
{
	return xasprintf(strchr(p->host_ip, ':') ? "[%s]:%u" : "%s:%u", p->host_ip, p->host_port);
}

static int compare_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

json_t *published_json(const Published *p)
{
	cleanup_strv char **keys = NULL;
	json_t *ports = json_object();

	for (size_t i = 0; i < p->n; i++)
		if (i == 0 || p->rows[i].port != p->rows[i - 1].port ||
		    !streq(p->rows[i].protocol, p->rows[i - 1].protocol))
			strv_push(&keys, published_port(&p->rows[i]));
	if (keys)
		qsort(keys, strv_length(keys), sizeof(*keys), compare_keys);
	STRV_FOREACH(it, keys)
		(void)json_object_set_new(ports, *it, json_null());
	for (size_t i = 0; i < p->n; i++) {
		const PublishedPort *row = &p->rows[i];
		cleanup_free char *key = published_port(row), *port = NULL;
		json_t *list = json_object_get(ports, key);

		if (!row->host_ip)
			continue;
		if (!json_is_array(list)) {
			list = json_array();
			(void)json_object_set_new(ports, key, list);
		}
		port = xasprintf("%u", row->host_port);
		(void)json_array_append_new(list, json_pack("{ss ss}", "HostIp", row->host_ip,
							    "HostPort", port));
	}
	return ports;
}

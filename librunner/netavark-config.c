/* netavark-config: what netavark reads, of version 1.4 and later. */
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/netavark.h"
#include "librunner/network-store.h"
#include "librunner/ports.h"

static void set(json_t *object, const char *key, json_t *value)
{
	(void)json_object_set_new(object, key, value);
}

static json_t *text(const char *s)
{
	return json_string_lossy(s ? s : "", s ? strlen(s) : 0);
}

static json_t *texts(char *const *v)
{
	json_t *array = json_array();

	STRV_FOREACH(it, v)
		(void)json_array_append_new(array, text(*it));
	return array;
}

/* Whether a pool is in use at all. */
static bool is_served(const Network *n, const IpamPool *pool)
{
	return n->enable_ipv6 || !strchr(pool->subnet, ':');
}

/* netavark takes the n-th address for one of the n-th subnet. */
static json_t *addresses(const NetavarkEndpoint *at)
{
	const EndpointSettings *e = at->endpoint;
	const Ipam *ipam = &at->network->ipam;
	json_t *list = json_array();

	for (size_t i = 0; i < ipam->n_config; i++) {
		const char *ip = strchr(ipam->config[i].subnet, ':') ? e->global_ipv6_address
								     : e->ip_address;

		if (is_served(at->network, &ipam->config[i]) && !str_empty(ip))
			(void)json_array_append_new(list, text(ip));
	}
	return list;
}

/* Its place in the network. */
static json_t *endpoint_config(const NetavarkRequest *r, const NetavarkEndpoint *at)
{
	const EndpointSettings *e = at->endpoint;
	json_t *o = json_object(), *aliases = json_array();

	set(o, "static_ips", addresses(at));
	if (!str_empty(e->mac_address))
		set(o, "static_mac", text(e->mac_address));
	set(o, "interface_name", text(e->interface));
	/* The container's name is among its names already: it would be answered twice. */
	STRV_FOREACH(it, e->dns_names)
		if (!streq(*it, r->container_name))
			(void)json_array_append_new(aliases, text(*it));
	set(o, "aliases", aliases);
	return o;
}

static json_t *subnets(const Network *n)
{
	json_t *array = json_array();

	for (size_t i = 0; i < n->ipam.n_config; i++) {
		const IpamPool *pool = &n->ipam.config[i];
		json_t *o;

		if (!is_served(n, pool))
			continue;
		o = json_object();
		set(o, "subnet", text(pool->subnet));
		set(o, "gateway", text(pool->gateway));
		(void)json_array_append_new(array, o);
	}
	return array;
}

static json_t *network_options(const Network *n, unsigned metric)
{
	const char *mtu = network_option(n, "com.docker.network.driver.mtu");
	const char *mode = network_option(n, "macvlan_mode");
	cleanup_free char *number = xasprintf("%u", metric);
	json_t *o = json_object();

	if (mtu)
		set(o, "mtu", text(mtu));
	if (mode)
		set(o, "mode", text(mode));
	set(o, "metric", text(number));
	/* Containers of one bridge network do not reach those of another, as in Docker. */
	if (streq(n->driver, "bridge"))
		set(o, "isolate", text("true"));
	return o;
}

static json_t *network_config(const NetavarkEndpoint *e, const char *name)
{
	const Network *n = e->network;
	json_t *o = json_object(), *ipam = json_object();
	bool names = streq(n->driver, "bridge") && !streq(n->name, NETWORK_BRIDGE);
	cleanup_free char *interface = network_interface(n);

	set(o, "name", text(name));
	set(o, "id", text(n->id));
	set(o, "driver", text(n->driver));
	set(o, "created", text(n->created));
	set(o, "network_interface", text(interface));
	set(o, "subnets", subnets(n));
	set(o, "ipv6_enabled", json_boolean(n->enable_ipv6));
	set(o, "internal", json_boolean(n->internal));
	set(o, "dns_enabled", json_boolean(names));
	set(o, "options", network_options(n, e->metric));
	set(ipam, "driver", text("host-local"));
	set(o, "ipam_options", ipam);
	return o;
}

/* Networks of several roots may have one name: netavark knows them by their interface, which is
 * unique, a macvlan by its ID. */
static char *netavark_name(const Network *n)
{
	return streq(n->driver, "bridge") ? network_interface(n) : xstrndup(n->id, 12);
}

static bool has_ipv6(const NetavarkEndpoint *e)
{
	return !str_empty(e->endpoint->global_ipv6_address);
}

json_t *netavark_config(const NetavarkRequest *r, size_t first, size_t n)
{
	json_t *o = json_object(), *networks = json_object(), *infos = json_object();

	set(o, "container_id", text(r->container_id));
	set(o, "container_name", text(r->container_name));
	if (first == 0 && n && r->n_ports)
		set(o, "port_mappings",
		    port_mappings_netavark(r->ports, r->n_ports, has_ipv6(&r->endpoints[0])));
	if (strv_length(r->dns))
		set(o, "dns_servers", texts(r->dns));
	for (size_t i = first; i < first + n; i++) {
		cleanup_free char *name = netavark_name(r->endpoints[i].network);

		set(networks, name, endpoint_config(r, &r->endpoints[i]));
		set(infos, name, network_config(&r->endpoints[i], name));
	}
	set(o, "networks", networks);
	set(o, "network_info", infos);
	return o;
}

/* inspect-network: NetworkSettings. */
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/container-state.h"
#include "librunner/inspect-internal.h"
#include "librunner/network.h"
#include "librunner/published.h"

typedef struct NetworkView {
	char *bridge, *sandbox_id, *sandbox_key;
	json_t *ports;
	bool hairpin;
	char *link_local_address;
	int64_t link_local_prefix_length;
	json_t *secondary, *secondary_ipv6;
	EndpointSettings endpoint; /* of the default bridge */
	json_t *networks;
} NetworkView;

/* clang-format off */
static const JsonField settings_fields[] = {
	JSON_STRING(NetworkView, "Bridge", bridge, 0),
	JSON_STRING(NetworkView, "SandboxID", sandbox_id, 0),
	JSON_STRING(NetworkView, "SandboxKey", sandbox_key, 0),
	JSON_RAW(NetworkView, "Ports", ports, 0),
	JSON_BOOL(NetworkView, "HairpinMode", hairpin, 0),
	JSON_STRING(NetworkView, "LinkLocalIPv6Address", link_local_address, 0),
	JSON_INT(NetworkView, "LinkLocalIPv6PrefixLen", link_local_prefix_length, 0),
	JSON_RAW(NetworkView, "SecondaryIPAddresses", secondary, 0),
	JSON_RAW(NetworkView, "SecondaryIPv6Addresses", secondary_ipv6, 0),
	JSON_STRING(NetworkView, "EndpointID", endpoint.endpoint_id, 0),
	JSON_STRING(NetworkView, "Gateway", endpoint.gateway, 0),
	JSON_STRING(NetworkView, "GlobalIPv6Address", endpoint.global_ipv6_address, 0),
	JSON_INT(NetworkView, "GlobalIPv6PrefixLen", endpoint.global_ipv6_prefix_len, 0),
	JSON_STRING(NetworkView, "IPAddress", endpoint.ip_address, 0),
	JSON_INT(NetworkView, "IPPrefixLen", endpoint.ip_prefix_len, 0),
	JSON_STRING(NetworkView, "IPv6Gateway", endpoint.ipv6_gateway, 0),
	JSON_STRING(NetworkView, "MacAddress", endpoint.mac_address, 0),
	JSON_RAW(NetworkView, "Networks", networks, 0),
	JSON_END,
};
static const JsonType settings_type = { "NetworkSettings", sizeof(NetworkView), settings_fields };
/* clang-format on */

/* As Go writes maps. */
static int compare_names(const void *a, const void *b)
{
	const EndpointSettings *left = a, *right = b;

	return strcmp(left->network, right->network);
}

static void add_endpoint(json_t *networks, const EndpointSettings *e)
{
	(void)json_object_set_new(networks, e->network, json_encode(&endpoint_settings_type, e));
}

/* Those that it is in; of one that does not run, those that it will be in. */
static json_t *endpoints(const Container *c)
{
	const NetworkingConfig *wanted = &c->networking;
	bool runs = c->state.n_networks > 0;
	size_t n = runs ? c->state.n_networks : wanted->n_endpoints;
	EndpointSettings *list = xnew0(EndpointSettings, n + 1);
	json_t *networks = json_object();

	if (n)
		memcpy(list, runs ? c->state.networks : wanted->endpoints, n * sizeof(*list));
	qsort(list, n, sizeof(*list), compare_names);
	for (size_t i = 0; i < n; i++)
		add_endpoint(networks, &list[i]);
	free(list);
	return networks;
}

/* host and none have an endpoint, too, which has nothing but the network's ID. */
static void add_plain(Runtime *rt, const Container *c, json_t *networks)
{
	const char *mode = str_empty(c->host.network_mode) ? NETWORK_HOST : c->host.network_mode;
	cleanup_network Network *n = NULL;
	EndpointSettings e = { .network = (char *)mode };

	if (network_mode_is_network(mode) || startswith(mode, NETWORK_CONTAINER))
		return;
	if (container_is_running(c) && network_find(rt, mode, &n, NULL) >= 0)
		e.network_id = n->id;
	add_endpoint(networks, &e);
}

/* What Docker's oldest clients look at. */
static void copy_bridge(const Container *c, NetworkView *view)
{
	const EndpointSettings *e =
		endpoint_find(c->state.networks, c->state.n_networks, NETWORK_BRIDGE);

	if (e)
		view->endpoint = *e;
}

json_t *inspect_network_settings(Runtime *rt, const Container *c)
{
	NetworkView view = { .networks = endpoints(c) };
	cleanup_published Published ports = { 0 };
	json_t *result;

	published_ports(c, &ports);
	view.ports = published_json(&ports);
	add_plain(rt, c, view.networks);
	copy_bridge(c, &view);
	/* A path that `nsenter --net=` and `ip netns attach` take. */
	if (container_is_running(c) && c->state.pid > 0)
		view.sandbox_key = xasprintf("/proc/%lld/ns/net", (long long)c->state.pid);
	result = json_encode(&settings_type, &view);
	view.endpoint = (EndpointSettings){ 0 };
	json_clear(&settings_type, &view);
	return result;
}

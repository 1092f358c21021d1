/* inspect-network: NetworkSettings. With the host's network and with none there is nothing of our
 * own: no addresses, no published ports, no IDs. */
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/container-state.h"
#include "librunner/inspect-internal.h"

typedef struct EndpointView {
	json_t *ipam_config, *links, *aliases;
	char *mac_address, *network_id, *endpoint_id, *gateway, *ip_address;
	int64_t ip_prefix_length;
	char *ipv6_gateway, *ipv6_address;
	int64_t ipv6_prefix_length;
	json_t *driver_options, *dns_names;
} EndpointView;

typedef struct NetworkView {
	char *bridge, *sandbox_id, *sandbox_key;
	json_t *ports;
	bool hairpin;
	char *link_local_address;
	int64_t link_local_prefix_length;
	json_t *secondary, *secondary_ipv6;
	EndpointView endpoint; /* of the default bridge */
	json_t *networks;
} NetworkView;

/* clang-format off */
static const JsonField endpoint_fields[] = {
	JSON_RAW(EndpointView, "IPAMConfig", ipam_config, 0),
	JSON_RAW(EndpointView, "Links", links, 0),
	JSON_RAW(EndpointView, "Aliases", aliases, 0),
	JSON_STRING(EndpointView, "MacAddress", mac_address, 0),
	JSON_STRING(EndpointView, "NetworkID", network_id, 0),
	JSON_STRING(EndpointView, "EndpointID", endpoint_id, 0),
	JSON_STRING(EndpointView, "Gateway", gateway, 0),
	JSON_STRING(EndpointView, "IPAddress", ip_address, 0),
	JSON_INT(EndpointView, "IPPrefixLen", ip_prefix_length, 0),
	JSON_STRING(EndpointView, "IPv6Gateway", ipv6_gateway, 0),
	JSON_STRING(EndpointView, "GlobalIPv6Address", ipv6_address, 0),
	JSON_INT(EndpointView, "GlobalIPv6PrefixLen", ipv6_prefix_length, 0),
	JSON_RAW(EndpointView, "DriverOpts", driver_options, 0),
	JSON_RAW(EndpointView, "DNSNames", dns_names, 0),
	JSON_END,
};
static const JsonType endpoint_view_type = { "Networks", sizeof(EndpointView), endpoint_fields };

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
	JSON_STRING(NetworkView, "GlobalIPv6Address", endpoint.ipv6_address, 0),
	JSON_INT(NetworkView, "GlobalIPv6PrefixLen", endpoint.ipv6_prefix_length, 0),
	JSON_STRING(NetworkView, "IPAddress", endpoint.ip_address, 0),
	JSON_INT(NetworkView, "IPPrefixLen", endpoint.ip_prefix_length, 0),
	JSON_STRING(NetworkView, "IPv6Gateway", endpoint.ipv6_gateway, 0),
	JSON_STRING(NetworkView, "MacAddress", endpoint.mac_address, 0),
	JSON_RAW(NetworkView, "Networks", networks, 0),
	JSON_END,
};
static const JsonType settings_type = { "NetworkSettings", sizeof(NetworkView), settings_fields };
/* clang-format on */

json_t *inspect_network_settings(const Container *c)
{
	const char *mode = str_empty(c->host.network_mode) ? "host" : c->host.network_mode;
	NetworkView view = { .ports = json_object(), .networks = json_object() };
	EndpointView endpoint = { 0 };
	json_t *result;

	/* With the network of another container there is none of its own. */
	if (!startswith(mode, "container:"))
		(void)json_object_set_new(view.networks, mode,
					  json_encode(&endpoint_view_type, &endpoint));
	/* A path that `nsenter --net=` and `ip netns attach` take. */
	if (container_is_running(c) && c->state.pid > 0)
		view.sandbox_key = xasprintf("/proc/%lld/ns/net", (long long)c->state.pid);
	result = json_encode(&settings_type, &view);
	json_clear(&settings_type, &view);
	return result;
}

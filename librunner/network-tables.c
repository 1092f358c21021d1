/* network-tables: the keys of networks and endpoints, in the order in which Docker prints them. */
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/network-config.h"

/* clang-format off */
static const JsonField ipam_pool_fields[] = {
	JSON_STRING(IpamPool, "Subnet", subnet, JSON_OMIT_EMPTY),
	JSON_STRING(IpamPool, "IPRange", ip_range, JSON_OMIT_EMPTY),
	JSON_STRING(IpamPool, "Gateway", gateway, JSON_OMIT_EMPTY),
	JSON_ENV(IpamPool, "AuxiliaryAddresses", aux_addresses, JSON_OMIT_EMPTY),
	JSON_END,
};
const JsonType ipam_pool_type = { "Config", sizeof(IpamPool), ipam_pool_fields };

static const JsonField ipam_fields[] = {
	JSON_STRING(Ipam, "Driver", driver, 0),
	JSON_ENV(Ipam, "Options", options, 0),
	JSON_ARRAY(Ipam, "Config", config, n_config, &ipam_pool_type, JSON_NULL_EMPTY),
	JSON_END,
};
const JsonType ipam_type = { "IPAM", sizeof(Ipam), ipam_fields };

static const JsonField network_container_fields[] = {
	JSON_STRING(NetworkContainer, "Name", name, 0),
	JSON_STRING(NetworkContainer, "EndpointID", endpoint_id, 0),
	JSON_STRING(NetworkContainer, "MacAddress", mac_address, 0),
	JSON_STRING(NetworkContainer, "IPv4Address", ipv4_address, 0),
	JSON_STRING(NetworkContainer, "IPv6Address", ipv6_address, 0),
	JSON_END,
};
const JsonType network_container_type = { "Containers", sizeof(NetworkContainer), network_container_fields };

static const JsonField reference_fields[] = {
	JSON_STRING(NetworkReference, "Network", network, 0),
	JSON_END,
};
static const JsonType reference_type = { "ConfigFrom", sizeof(NetworkReference), reference_fields };

static const JsonField network_fields[] = {
	JSON_STRING(Network, "Name", name, JSON_REQUIRED),
	JSON_STRING(Network, "Id", id, 0),
	JSON_STRING(Network, "Created", created, 0),
	JSON_STRING(Network, "Scope", scope, 0),
	JSON_STRING(Network, "Driver", driver, 0),
	JSON_BOOL(Network, "EnableIPv6", enable_ipv6, 0),
	JSON_OBJECT(Network, "IPAM", ipam, &ipam_type, 0),
	JSON_BOOL(Network, "Internal", internal, 0),
	JSON_BOOL(Network, "Attachable", attachable, 0),
	JSON_BOOL(Network, "Ingress", ingress, 0),
	JSON_OBJECT(Network, "ConfigFrom", config_from, &reference_type, 0),
	JSON_BOOL(Network, "ConfigOnly", config_only, 0),
	JSON_MAP(Network, "Containers", containers, n_containers, &network_container_type,
		 NetworkContainer, id, 0),
	JSON_ENV(Network, "Options", options, 0),
	JSON_ENV(Network, "Labels", labels, 0),
	JSON_END,
};
const JsonType network_type = { "network", sizeof(Network), network_fields };

static const JsonField endpoint_ipam_fields[] = {
	JSON_STRING(EndpointIpam, "IPv4Address", ipv4_address, JSON_OMIT_EMPTY),
	JSON_STRING(EndpointIpam, "IPv6Address", ipv6_address, JSON_OMIT_EMPTY),
	JSON_STRV(EndpointIpam, "LinkLocalIPs", link_local_ips, JSON_OMIT_EMPTY),
	JSON_END,
};
static const JsonType endpoint_ipam_type = { "IPAMConfig", sizeof(EndpointIpam), endpoint_ipam_fields };

#define ASKED_FOR \
	JSON_POINTER(EndpointSettings, "IPAMConfig", ipam, &endpoint_ipam_type, 0), \
	JSON_STRV(EndpointSettings, "Links", links, JSON_NULL_EMPTY), \
	JSON_STRV(EndpointSettings, "Aliases", aliases, JSON_NULL_EMPTY), \
	JSON_STRING(EndpointSettings, "MacAddress", mac_address, 0)
#define AS_IT_RUNS \
	JSON_STRING(EndpointSettings, "NetworkID", network_id, 0), \
	JSON_STRING(EndpointSettings, "EndpointID", endpoint_id, 0), \
	JSON_STRING(EndpointSettings, "Gateway", gateway, 0), \
	JSON_STRING(EndpointSettings, "IPAddress", ip_address, 0), \
	JSON_INT(EndpointSettings, "IPPrefixLen", ip_prefix_len, 0), \
	JSON_STRING(EndpointSettings, "IPv6Gateway", ipv6_gateway, 0), \
	JSON_STRING(EndpointSettings, "GlobalIPv6Address", global_ipv6_address, 0), \
	JSON_INT(EndpointSettings, "GlobalIPv6PrefixLen", global_ipv6_prefix_len, 0)
#define DRIVER_OPTS \
	JSON_ENV(EndpointSettings, "DriverOpts", driver_opts, JSON_NULL_EMPTY)

static const JsonField endpoint_fields[] = {
	ASKED_FOR,
	DRIVER_OPTS,
	JSON_INT(EndpointSettings, "GwPriority", gw_priority, JSON_OMIT_EMPTY),
	JSON_END,
};
const JsonType endpoint_type = { "EndpointsConfig", sizeof(EndpointSettings), endpoint_fields };

static const JsonField endpoint_settings_fields[] = {
	ASKED_FOR,
	AS_IT_RUNS,
	DRIVER_OPTS,
	JSON_STRV(EndpointSettings, "DNSNames", dns_names, JSON_NULL_EMPTY),
	JSON_END,
};
const JsonType endpoint_settings_type = { "Networks", sizeof(EndpointSettings), endpoint_settings_fields };

static const JsonField endpoint_state_fields[] = {
	ASKED_FOR,
	AS_IT_RUNS,
	DRIVER_OPTS,
	JSON_STRV(EndpointSettings, "DNSNames", dns_names, JSON_OMIT_EMPTY),
	JSON_INT(EndpointSettings, "GwPriority", gw_priority, JSON_OMIT_EMPTY),
	JSON_STRING(EndpointSettings, "Interface", interface, JSON_OMIT_EMPTY),
	JSON_END,
};
const JsonType endpoint_state_type = { "Networks", sizeof(EndpointSettings), endpoint_state_fields };

static const JsonField networking_config_fields[] = {
	JSON_MAP(NetworkingConfig, "EndpointsConfig", endpoints, n_endpoints, &endpoint_type,
		 EndpointSettings, network, 0),
	JSON_END,
};
const JsonType networking_config_type = { "NetworkingConfig", sizeof(NetworkingConfig), networking_config_fields };

static const JsonField port_mapping_fields[] = {
	JSON_STRING(PortMapping, "HostIp", host_ip, 0),
	JSON_INT(PortMapping, "HostPort", host_port, 0),
	JSON_INT(PortMapping, "ContainerPort", container_port, 0),
	JSON_INT(PortMapping, "Range", range, JSON_OMIT_EMPTY),
	JSON_STRING(PortMapping, "Protocol", protocol, 0),
	JSON_END,
};
const JsonType port_mapping_type = { "Ports", sizeof(PortMapping), port_mapping_fields };
/* clang-format on */

EndpointSettings *endpoint_find(const EndpointSettings *list, size_t n, const char *network)
{
	for (size_t i = 0; i < n; i++)
		if (streq_null(list[i].network, network))
			return (EndpointSettings *)&list[i];
	return NULL;
}

EndpointSettings *networking_add(NetworkingConfig *config, const char *network)
{
	EndpointSettings *e;

	config->endpoints = xreallocarray(config->endpoints, config->n_endpoints + 1,
					  sizeof(*config->endpoints));
	e = &config->endpoints[config->n_endpoints++];
	*e = (EndpointSettings){ .network = xstrdup(network) };
	return e;
}

/*
 * network-config: networks and a container's places in them, as Docker's API 1.45 describes them
 * (`POST /networks/create`, `GET /networks/NAME`, NetworkingConfig and NetworkSettings.Networks of
 * a container). The tables are in network-tables.c; files, inspect and a later API share them.
 *
 * Vectors are NULL-terminated; NULL means "not given". Addresses are text as inet_ntop(3) writes
 * it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libcommon/json.h"

/* ---- networks ---- */

typedef struct IpamPool {
	char *subnet; /* "172.18.0.0/16" */
	char *ip_range; /* addresses are given out of this part of it; NULL: of all */
	char *gateway; /* NULL in a request: the first address */
	char **aux_addresses; /* NAME=address: never given out */
} IpamPool;

typedef struct Ipam {
	char *driver; /* "default" */
	char **options; /* NAME=value */
	IpamPool *config;
	size_t n_config;
} Ipam;

/* One container in a network: a lease of addresses. */
typedef struct NetworkContainer {
	char *id; /* of the container: the key in JSON */
	char *name;
	char *endpoint_id;
	char *mac_address;
	char *ipv4_address, *ipv6_address; /* with prefix length, "172.17.0.2/16"; "": none */
} NetworkContainer;

typedef struct NetworkReference {
	char *network;
} NetworkReference;

typedef struct Network {
	char *name, *id, *created, *scope, *driver;
	bool enable_ipv6;
	Ipam ipam;
	bool internal, attachable, ingress;
	NetworkReference config_from; /* empty: none */
	bool config_only;
	NetworkContainer *containers; /* those that are connected now */
	size_t n_containers;
	char **options, **labels; /* NAME=value */
} Network;

/* ---- endpoints ---- */

typedef struct EndpointIpam {
	char *ipv4_address, *ipv6_address; /* the ones that were asked for */
	char **link_local_ips;
} EndpointIpam;

/* A container's place in one network. What the user asks for is in ContainerCreate.networking and
 * Container.networking (config.json); what it has got while it runs in ContainerState.networks. */
typedef struct EndpointSettings {
	char *network; /* name of the network: the key in JSON */
	EndpointIpam *ipam; /* NULL: any address */
	char **links; /* "CONTAINER:ALIAS" */
	char **aliases; /* further names in this network's DNS */
	char *mac_address;
	char **driver_opts; /* NAME=value */
	int64_t gw_priority; /* the highest has the default route */

	/* while it runs */
	char *network_id, *endpoint_id;
	char *gateway, *ip_address;
	int64_t ip_prefix_len;
	char *ipv6_gateway, *global_ipv6_address;
	int64_t global_ipv6_prefix_len;
	char **dns_names; /* all names: the container's, its aliases, its short ID */
	char *interface; /* in the container, "eth0" */
} EndpointSettings;

/* The body of a create request: {"EndpointsConfig":{NAME:{…}}}. Order counts: the first one is
 * eth0, and that of HostConfig.NetworkMode. */
typedef struct NetworkingConfig {
	EndpointSettings *endpoints;
	size_t n_endpoints;
} NetworkingConfig;

/* A published port as it is while the container runs: made by ports.h before the network is set up,
 * handed to netavark, kept in state.json for `ps`, `port` and `inspect`. */
typedef struct PortMapping {
	char *host_ip; /* "0.0.0.0", "::", "127.0.0.1" … */
	int64_t host_port, container_port;
	int64_t range; /* so many ports from each of them on; 0 and 1: one */
	char *protocol; /* "tcp", "udp", "sctp" */
} PortMapping;

/* endpoint_type has what a user asks for; endpoint_settings_type all of Docker's keys, as inspect
 * prints them; endpoint_state_type these and ours. */
extern const JsonType network_type, ipam_type, ipam_pool_type, network_container_type,
	endpoint_type, endpoint_settings_type, endpoint_state_type, networking_config_type,
	port_mapping_type;

/* The endpoint of one network, or NULL. */
EndpointSettings *endpoint_find(const EndpointSettings *list, size_t n, const char *network);
/* Appends an empty one. */
EndpointSettings *networking_add(NetworkingConfig *config, const char *network);

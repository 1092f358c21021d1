/* endpoint-lease: addresses, interfaces and names of a container in a network. */
#include <fcntl.h>
#include <sys/file.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/endpoint.h"
#include "librunner/ipam.h"
#include "librunner/network-store.h"

#define ENDPOINT_ID_LENGTH 64
#define SHORT_ID 12

static NetworkContainer *find_lease(const Network *n, const char *id)
{
	for (size_t i = 0; i < n->n_containers; i++)
		if (streq(n->containers[i].id, id))
			return &n->containers[i];
	return NULL;
}

/* The addresses of one family that are in use. */
static char **taken_addresses(const Network *n, int family)
{
	char **list = NULL;

	for (size_t i = 0; i < n->n_containers; i++) {
		const NetworkContainer *c = &n->containers[i];
		const char *address = family == AF_INET6 ? c->ipv6_address : c->ipv4_address;

		if (!str_empty(address))
			strv_add(&list, address);
	}
	return list;
}

/* *ret: "172.18.0.2/16", or "" where the network has none of that family. */
static int choose_address(const Network *n, int family, const char *asked, char **ret, Error **err)
{
	const IpamPool *pool = ipam_pool_for(&n->ipam, family, NULL);
	cleanup_strv char **taken = taken_addresses(n, family);
	cleanup_free char *text = NULL;
	Ip ip;
	int r;

	if (str_empty(asked) && !pool) {
		*ret = xstrdup("");
		return 0;
	}
	if (!str_empty(asked)) {
		pool = ipam_pool_for(&n->ipam, family, asked);
		if (!pool)
			return error_set(err, EINVAL,
					 "Invalid address %s: It does not belong to any of this "
					 "network's subnets",
					 asked);
		r = ipam_check_address(pool, taken, asked, err);
		if (r >= 0)
			r = ip_parse(asked, &ip);
	} else {
		r = ipam_choose_address(pool, taken, &ip, err);
	}
	if (r < 0)
		return r;
	text = ip_text(&ip);
	*ret = xasprintf("%s%s", text, strchr(pool->subnet, '/'));
	return 0;
}

/* As Docker's: of the address, so that neighbours learn nothing wrong when it is used again. */
static char *mac_for(const char *ipv4)
{
	cleanup_free char *address = xstrndup(ipv4, strcspn(ipv4, "/"));
	uint8_t b[4];
	Ip ip;

	if (ip_parse(address, &ip) >= 0)
		memcpy(b, ip.bytes, sizeof(b));
	else
		random_bytes(b, sizeof(b));
	return xasprintf("02:42:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3]);
}

static int add_lease(Network *n, const Container *c, const EndpointSettings *asked,
		     NetworkContainer **ret, Error **err)
{
	cleanup_free char *four = NULL, *six = NULL;
	const EndpointIpam *ipam = asked->ipam;
	int r = choose_address(n, AF_INET, ipam ? ipam->ipv4_address : NULL, &four, err);

	if (r >= 0 && n->enable_ipv6)
		r = choose_address(n, AF_INET6, ipam ? ipam->ipv6_address : NULL, &six, err);
	if (r < 0)
		return r;
	n->containers = xreallocarray(n->containers, n->n_containers + 1, sizeof(*n->containers));
	*ret = &n->containers[n->n_containers++];
	**ret = (NetworkContainer){
		.id = xstrdup(c->id),
		.name = xstrdup(c->name),
		.endpoint_id = random_hex(ENDPOINT_ID_LENGTH),
		.mac_address =
			str_empty(asked->mac_address) ? mac_for(four) : xstrdup(asked->mac_address),
		.ipv4_address = steal(&four),
		.ipv6_address = six ? steal(&six) : xstrdup(""),
	};
	return 0;
}

/* "172.18.0.2/16" in two. */
static void split_address(const char *text, char **ret_address, int64_t *ret_prefix)
{
	const char *slash = strchr(text, '/');
	uint64_t prefix = 0;

	*ret_address = xstrndup(text, strcspn(text, "/"));
	if (slash)
		(void)str_to_u64(slash + 1, &prefix);
	*ret_prefix = (int64_t)prefix;
}

static char *gateway_for(const Network *n, int family, const char *address)
{
	const IpamPool *pool = ipam_pool_for(&n->ipam, family, str_empty(address) ? NULL : address);

	return n->internal || str_empty(address) || !pool ? xstrdup("") : xstrdup(pool->gateway);
}

/* The container's name, aliases, short ID and host name, each once. */
static char **dns_names(const Network *n, const Container *c, const EndpointSettings *asked)
{
	cleanup_free char *short_id = xstrndup(c->id, SHORT_ID);
	char **names = NULL;

	if (streq(n->name, NETWORK_BRIDGE))
		return NULL;
	strv_add(&names, c->name);
	STRV_FOREACH(it, asked->aliases)
		if (!strv_contains(names, *it))
			strv_add(&names, *it);
	if (!strv_contains(names, short_id))
		strv_add(&names, short_id);
	if (!str_empty(c->config.hostname) && !strv_contains(names, c->config.hostname))
		strv_add(&names, c->config.hostname);
	return names;
}

static void fill_endpoint(const Network *n, const Container *c, const EndpointSettings *asked,
			  const NetworkContainer *lease, unsigned index, EndpointSettings *ret)
{
	const char *prefix = network_option(n, "com.docker.network.container_iface_prefix");
	cleanup_json json_t *copy = json_encode(&endpoint_type, asked);

	*ret = (EndpointSettings){ .network = xstrdup(n->name) };
	(void)json_decode(copy, &endpoint_type, ret, NULL);
	free(ret->mac_address);
	ret->mac_address = xstrdup(lease->mac_address);
	ret->network_id = xstrdup(n->id);
	ret->endpoint_id = xstrdup(lease->endpoint_id);
	split_address(lease->ipv4_address, &ret->ip_address, &ret->ip_prefix_len);
	split_address(lease->ipv6_address, &ret->global_ipv6_address, &ret->global_ipv6_prefix_len);
	ret->gateway = gateway_for(n, AF_INET, ret->ip_address);
	ret->ipv6_gateway = gateway_for(n, AF_INET6, ret->global_ipv6_address);
	ret->dns_names = dns_names(n, c, asked);
	ret->interface = xasprintf("%s%u", str_empty(prefix) ? "eth" : prefix, index);
}

int endpoint_lease(Runtime *rt, const Container *c, const EndpointSettings *asked, unsigned index,
		   EndpointSettings *ret, Network **ret_network, Error **err)
{
	cleanup_network Network *n = NULL;
	cleanup_fd int lock = networks_lock(rt, err);
	NetworkContainer *lease = NULL;
	int r = lock < 0 ? lock : network_load(rt, asked->network, &n, err);

	if (r == -ENOENT)
		return error_set(err, ENOENT, "network %s not found", asked->network);
	if (r < 0)
		return r;
	lease = find_lease(n, c->id);
	if (!lease) {
		if (n->n_containers == 0)
			network_tell_subnets(rt, n);
		r = add_lease(n, c, asked, &lease, err);
		if (r >= 0)
			r = network_write_leases(rt, n, err);
	}
	if (r < 0)
		return r;
	fill_endpoint(n, c, asked, lease, index, ret);
	*ret_network = steal(&n);
	return 0;
}

void endpoint_release(Runtime *rt, const char *network, const char *container_id)
{
	cleanup_network Network *n = NULL;
	cleanup_error Error *e = NULL;
	cleanup_fd int lock = networks_lock(rt, &e);
	NetworkContainer *lease;

	if (lock >= 0 && network_load(rt, network, &n, &e) >= 0 &&
	    (lease = find_lease(n, container_id))) {
		NetworkContainer gone = *lease;

		*lease = n->containers[--n->n_containers];
		(void)network_write_leases(rt, n, &e);
		free(gone.id);
		json_clear(&network_container_type, &gone);
	}
	if (e)
		log_warning("%s", e->msg);
}

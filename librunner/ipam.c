#include "librunner/ipam.h"

#include <string.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"

/* Looking for a free address stops here: a pool can have 2^64 of them. */
#define ATTEMPTS_MAX (UINT64_C(1) << 20)
#define ULA_ATTEMPTS 64
#define ULA_PREFIX 64

void ipnets_add(IpNets *nets, const IpNet *net)
{
	GROW(nets->list, nets->n, &nets->cap);
	nets->list[nets->n++] = *net;
}

void ipnets_clear(IpNets *nets)
{
	free(nets->list);
	*nets = (IpNets){ 0 };
}

bool ipnets_overlap(const IpNets *nets, const IpNet *net)
{
	for (size_t i = 0; i < nets->n; i++)
		if (ipnet_overlap(&nets->list[i], net))
			return true;
	return false;
}

/* ---- subnets ---- */

/* Docker's (libnetwork, ipamutils). */
static const struct {
	const char *base;
	unsigned size; /* of the networks that it is cut into */
} default_pools[] = {
	{ "172.17.0.0/16", 16 },  { "172.18.0.0/16", 16 }, { "172.19.0.0/16", 16 },
	{ "172.20.0.0/14", 16 },  { "172.24.0.0/14", 16 }, { "172.28.0.0/14", 16 },
	{ "192.168.0.0/16", 20 },
};

static int choose_subnet4(const IpNets *used, IpNet *ret, Error **err)
{
	for (size_t i = 0; i < sizeof(default_pools) / sizeof(default_pools[0]); i++) {
		unsigned size = default_pools[i].size;
		IpNet base, net;

		(void)ipnet_parse(default_pools[i].base, &base);
		for (uint64_t n = 0; n < UINT64_C(1) << (size - base.prefix); n++) {
			net = (IpNet){ ip_add(&base.ip, n << (32 - size)), size };
			if (!ipnets_overlap(used, &net)) {
				*ret = net;
				return 0;
			}
		}
	}
	return error_set(err, ENOSPC,
			 "could not find an available, non-overlapping IPv4 address pool among the "
			 "defaults to assign to the network");
}

static int choose_subnet6(const IpNets *used, IpNet *ret, Error **err)
{
	IpNet net = { .ip = { .family = AF_INET6 }, .prefix = ULA_PREFIX };

	for (unsigned i = 0; i < ULA_ATTEMPTS; i++) {
		net.ip.bytes[0] = 0xfd;
		random_bytes(net.ip.bytes + 1, 7);
		if (!ipnets_overlap(used, &net)) {
			*ret = net;
			return 0;
		}
	}
	return error_set(err, ENOSPC,
			 "could not find an available, non-overlapping IPv6 address pool among the "
			 "defaults to assign to the network");
}

int ipam_choose_subnet(int family, const IpNets *used, IpNet *ret, Error **err)
{
	return family == AF_INET6 ? choose_subnet6(used, ret, err) : choose_subnet4(used, ret, err);
}

/* ---- what a user says ---- */

static void set_text(char **to, char *text)
{
	free(*to);
	*to = text;
}

/* An address of the pool, written as we write it. */
static int complete_address(const IpNet *subnet, char **text, const char *what, Error **err)
{
	cleanup_free char *net = ipnet_text(subnet);
	Ip ip;

	if (ip_parse(*text, &ip) < 0)
		return error_set(err, EINVAL, "invalid %s address %s", what, *text);
	if (!ipnet_contains(subnet, &ip))
		return error_set(err, EINVAL, "invalid %s address %s: not in the subnet %s", what,
				 *text, net);
	set_text(text, ip_text(&ip));
	return 0;
}

static int complete_range(IpamPool *pool, const IpNet *subnet, Error **err)
{
	IpNet range;
	Ip last;

	if (str_empty(pool->ip_range))
		return 0;
	if (ipnet_parse(pool->ip_range, &range) < 0)
		return error_set(err, EINVAL, "invalid CIDR address: %s", pool->ip_range);
	last = ipnet_last(&range);
	range.ip = ipnet_first(&range);
	if (!ipnet_contains(subnet, &range.ip) || !ipnet_contains(subnet, &last))
		return error_set(err, EINVAL, "invalid ip-range %s: it is not in the subnet %s",
				 pool->ip_range, pool->subnet);
	set_text(&pool->ip_range, ipnet_text(&range));
	return 0;
}

static int complete_auxiliary(IpamPool *pool, const IpNet *subnet, Error **err)
{
	for (char **it = pool->aux_addresses; it && *it; it++) {
		char *value = strchr(*it, '=');
		cleanup_free char *text = value ? xstrdup(value + 1) : NULL;
		int r = text ? complete_address(subnet, &text, "auxiliary", err)
			     : error_set(err, EINVAL, "invalid auxiliary address %s", *it);

		if (r < 0)
			return r;
		set_text(it, xasprintf("%.*s=%s", (int)(value - *it), *it, text));
	}
	return 0;
}

int ipam_complete_pool(IpamPool *pool, Error **err)
{
	IpNet subnet;
	Ip first;
	int r;

	if (ipnet_parse(pool->subnet ? pool->subnet : "", &subnet) < 0)
		return error_set(err, EINVAL, "invalid subnet %s: invalid CIDR address: %s",
				 pool->subnet ? pool->subnet : "",
				 pool->subnet ? pool->subnet : "");
	first = ipnet_first(&subnet);
	if (ip_compare(&first, &subnet.ip) != 0) {
		IpNet masked = { first, subnet.prefix };
		cleanup_free char *text = ipnet_text(&masked);

		return error_set(err, EINVAL, "invalid subnet %s: it should be %s", pool->subnet,
				 text);
	}
	set_text(&pool->subnet, ipnet_text(&subnet));
	r = complete_range(pool, &subnet, err);
	if (r >= 0)
		r = complete_auxiliary(pool, &subnet, err);
	if (r < 0)
		return r;
	if (!str_empty(pool->gateway))
		return complete_address(&subnet, &pool->gateway, "gateway", err);
	first = ip_add(&first, 1);
	if (!ipnet_contains(&subnet, &first))
		return error_set(err, EINVAL, "invalid subnet %s: it has no room for a gateway",
				 pool->subnet);
	set_text(&pool->gateway, ip_text(&first));
	return 0;
}

/* ---- addresses ---- */

static bool is_text_of(const Ip *ip, const char *text)
{
	cleanup_free char *address = xstrndup(text, strcspn(text, "/"));
	Ip other;

	return ip_parse(address, &other) >= 0 && ip_compare(ip, &other) == 0;
}

static bool is_taken(const IpamPool *pool, char *const *taken, const Ip *ip)
{
	if (pool->gateway && is_text_of(ip, pool->gateway))
		return true;
	STRV_FOREACH(it, pool->aux_addresses)
		if (strchr(*it, '=') && is_text_of(ip, strchr(*it, '=') + 1))
			return true;
	STRV_FOREACH(it, taken)
		if (is_text_of(ip, *it))
			return true;
	return false;
}

/* The first and the last address that a host may have. */
static void usable(const IpNet *subnet, Ip *ret_first, Ip *ret_last)
{
	Ip first = ipnet_first(subnet), last = ipnet_last(subnet);
	bool point = subnet->prefix + 1 >= ip_bits(&subnet->ip);

	*ret_first = point ? first : ip_add(&first, 1);
	*ret_last = last;
	/* The broadcast address, which IPv6 has none of. */
	if (!point && subnet->ip.family == AF_INET)
		ret_last->bytes[3]--;
}

static int search(const IpamPool *pool, char *const *taken, const Ip *first, const Ip *last,
		  Ip *ret)
{
	Ip ip = *first;

	for (uint64_t i = 0; i < ATTEMPTS_MAX && ip_compare(&ip, last) <= 0; i++) {
		if (!is_taken(pool, taken, &ip)) {
			*ret = ip;
			return 0;
		}
		if (ip_compare(&ip, last) == 0)
			break;
		ip = ip_add(&ip, 1);
	}
	return -ENOSPC;
}

/* The part of a pool that addresses are given out of. */
static int pool_bounds(const IpamPool *pool, Ip *ret_first, Ip *ret_last)
{
	IpNet subnet, range;
	Ip low, high;

	if (ipnet_parse(pool->subnet, &subnet) < 0)
		return -EINVAL;
	usable(&subnet, ret_first, ret_last);
	if (str_empty(pool->ip_range))
		return 0;
	if (ipnet_parse(pool->ip_range, &range) < 0)
		return -EINVAL;
	low = ipnet_first(&range);
	high = ipnet_last(&range);
	*ret_first = ip_compare(&low, ret_first) > 0 ? low : *ret_first;
	*ret_last = ip_compare(&high, ret_last) < 0 ? high : *ret_last;
	return 0;
}

int ipam_choose_address(const IpamPool *pool, char *const *taken, Ip *ret, Error **err)
{
	Ip first, last;

	if (pool_bounds(pool, &first, &last) < 0)
		return error_set(err, EINVAL, "the network has no valid subnet");
	if (search(pool, taken, &first, &last, ret) >= 0)
		return 0;
	return error_set(err, ENOSPC,
			 "no available IPv%d addresses on this network's address pools",
			 first.family == AF_INET6 ? 6 : 4);
}

int ipam_check_address(const IpamPool *pool, char *const *taken, const char *address, Error **err)
{
	IpNet subnet;
	Ip ip, first, last;

	if (ip_parse(address, &ip) < 0 || ipnet_parse(pool->subnet, &subnet) < 0 ||
	    !ipnet_contains(&subnet, &ip))
		return error_set(err, EINVAL,
				 "Invalid address %s: It does not belong to any of "
				 "this network's subnets",
				 address);
	usable(&subnet, &first, &last);
	if (ip_compare(&ip, &first) < 0 || ip_compare(&ip, &last) > 0 || is_taken(pool, taken, &ip))
		return error_set(err, EADDRINUSE, "Address already in use");
	return 0;
}

const IpamPool *ipam_pool_for(const Ipam *ipam, int family, const char *address)
{
	Ip ip;

	if (address && ip_parse(address, &ip) < 0)
		return NULL;
	for (size_t i = 0; i < ipam->n_config; i++) {
		IpNet net;

		if (ipnet_parse(ipam->config[i].subnet ? ipam->config[i].subnet : "", &net) < 0 ||
		    net.ip.family != family)
			continue;
		if (!address || ipnet_contains(&net, &ip))
			return &ipam->config[i];
	}
	return NULL;
}

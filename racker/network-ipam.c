/* The subnets of `network create`. */
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/ip.h"
#include "racker/network.h"

int parse_strings(const Flag *flag, const char *value, void *opts, Error **err)
{
	char ***list = (void *)((char *)opts + flag->offset);
	cleanup_strv char **parts = strv_split(value, ',');

	(void)err;
	if (*value)
		strv_extend(list, parts);
	return 0;
}

int network_client_error(const Error *e)
{
	fprintf(stderr, "%s\n", e->msg);
	return 1;
}

/* Whether the address or the network `text` is in the subnet; what cannot be read is in none. */
static bool subnet_has(const char *subnet, const char *text)
{
	cleanup_free char *address = xstrndup(text, strcspn(text, "/"));
	IpNet net;
	Ip ip;

	return ipnet_parse(subnet, &net) >= 0 && ip_parse(address, &ip) >= 0 &&
	       ipnet_contains(&net, &ip);
}

static int add_subnets(char *const *subnets, Ipam *ret, Error **err)
{
	STRV_FOREACH(it, subnets) {
		for (size_t i = 0; i < ret->n_config; i++)
			if (subnet_has(ret->config[i].subnet, *it) ||
			    subnet_has(*it, ret->config[i].subnet))
				return error_set(err, EINVAL,
						 "multiple overlapping subnet "
						 "configuration is not supported");
		ret->config = xreallocarray(ret->config, ret->n_config + 1, sizeof(*ret->config));
		ret->config[ret->n_config++] = (IpamPool){ .subnet = xstrdup(*it) };
	}
	return 0;
}

static IpamPool *find_pool(const Ipam *ipam, const char *text)
{
	for (size_t i = 0; i < ipam->n_config; i++)
		if (subnet_has(ipam->config[i].subnet, text))
			return &ipam->config[i];
	return NULL;
}

static int add_ranges(char *const *ranges, const Ipam *ipam, Error **err)
{
	STRV_FOREACH(it, ranges) {
		IpNet range;
		IpamPool *pool;

		if (ipnet_parse(*it, &range) < 0)
			return error_set(err, EINVAL, "invalid CIDR address: %s", *it);
		pool = find_pool(ipam, *it);
		if (!pool)
			return error_set(err, EINVAL, "no matching subnet for range %s", *it);
		if (pool->ip_range)
			return error_set(err, EINVAL,
					 "cannot configure multiple ranges (%s, %s) on the same "
					 "subnet (%s)",
					 *it, pool->ip_range, pool->subnet);
		pool->ip_range = xstrdup(*it);
	}
	return 0;
}

static int add_gateways(char *const *gateways, const Ipam *ipam, Error **err)
{
	STRV_FOREACH(it, gateways) {
		IpamPool *pool = find_pool(ipam, *it);

		if (!pool)
			return error_set(err, EINVAL, "no matching subnet for gateway %s", *it);
		if (pool->gateway)
			return error_set(err, EINVAL,
					 "cannot configure multiple gateways (%s, %s) for the same "
					 "subnet (%s)",
					 *it, pool->gateway, pool->subnet);
		pool->gateway = xstrdup(*it);
	}
	return 0;
}

static int add_aux_addresses(char *const *addresses, const Ipam *ipam, Error **err)
{
	STRV_FOREACH(it, addresses) {
		const char *value = strchr(*it, '=') ? strchr(*it, '=') + 1 : "";
		IpamPool *pool = find_pool(ipam, value);

		if (!pool)
			return error_set(err, EINVAL, "no matching subnet for aux-address %s",
					 value);
		strv_add(&pool->aux_addresses, *it);
	}
	return 0;
}

int ipam_flags_apply(const IpamFlags *f, Ipam *ret, Error **err)
{
	size_t subnets = strv_length(f->subnets);
	int r;

	if (subnets < strv_length(f->ranges) || subnets < strv_length(f->gateways))
		return error_set(err, EINVAL,
				 "every ip-range or gateway must have a corresponding subnet");
	r = add_subnets(f->subnets, ret, err);
	if (r >= 0)
		r = add_ranges(f->ranges, ret, err);
	if (r >= 0)
		r = add_gateways(f->gateways, ret, err);
	return r < 0 ? r : add_aux_addresses(f->aux_addresses, ret, err);
}

/*
 * network-subnets: subnets of new networks. Each root has networks of its own, but there is one
 * host: /run/racker/subnets has a link for each subnet, to the network's file. One whose network is
 * gone counts no more.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/ipam.h"
#include "librunner/network-store.h"

#define SUBNETS_DIR NETWORK_HOST_DIR "/subnets"

/* "172.18.0.0_16" */
static char *link_name(const char *subnet)
{
	char *name = xstrdup(subnet), *slash = strchr(name, '/');

	if (slash)
		*slash = '_';
	return name;
}

static void add_told(IpNets *used)
{
	cleanup_fd int dir = fs_open_dir(AT_FDCWD, SUBNETS_DIR);
	cleanup_strv char **names = NULL;

	if (dir < 0 || fs_names(dir, &names) < 0)
		return;
	STRV_FOREACH(it, names) {
		cleanup_free char *text = xstrdup(*it);
		char *mark = strchr(text, '_');
		IpNet net;

		if (faccessat(dir, *it, F_OK, 0) < 0) {
			(void)unlinkat(dir, *it, 0);
			continue;
		}
		if (mark)
			*mark = '/';
		if (ipnet_parse(text, &net) >= 0)
			ipnets_add(used, &net);
	}
}

/* Other roots hear of it; without that they see it only while its bridge is there. */
void network_tell_subnets(Runtime *rt, const Network *n)
{
	cleanup_free char *file = network_file(n->name, ".json");
	cleanup_free char *target = xasprintf("%s/%s", rt->root, file);

	if (fs_mkdir_p(AT_FDCWD, SUBNETS_DIR, 0711) < 0)
		return;
	for (size_t i = 0; i < n->ipam.n_config; i++) {
		cleanup_free char *name = link_name(n->ipam.config[i].subnet);
		cleanup_free char *path = xasprintf(SUBNETS_DIR "/%s", name);

		if (access(path, F_OK) == 0)
			continue;
		(void)unlink(path);
		if (symlink(target, path) < 0)
			return;
	}
}

static int add_ours(Runtime *rt, const Network *n, IpNets *used, Error **err)
{
	Network **list = NULL;
	size_t count = 0;
	int r = network_load_all(rt, &list, &count, err);

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < list[i]->ipam.n_config; k++) {
			const char *subnet = list[i]->ipam.config[k].subnet;
			IpNet net;

			if (!list[i]->config_only && !streq(list[i]->name, n->name) &&
			    ipnet_parse(subnet ? subnet : "", &net) >= 0)
				ipnets_add(used, &net);
		}
	network_list_free(list, count);
	return r;
}

static int add_pool(Network *n, int family, const IpNets *used, Error **err)
{
	IpamPool *pool;
	IpNet net;
	int r = ipam_choose_subnet(family, used, &net, err);

	if (r < 0)
		return r;
	n->ipam.config = xreallocarray(n->ipam.config, n->ipam.n_config + 1, sizeof(IpamPool));
	pool = &n->ipam.config[n->ipam.n_config++];
	*pool = (IpamPool){ .subnet = ipnet_text(&net) };
	return ipam_complete_pool(pool, err);
}

/* A macvlan shares the subnet of the network that its parent is in. */
static int check_pools(const Network *n, const IpNets *used, Error **err)
{
	for (size_t i = 0; i < n->ipam.n_config; i++) {
		IpNet net;

		if (ipnet_parse(n->ipam.config[i].subnet, &net) >= 0 &&
		    streq(n->driver, "bridge") && ipnets_overlap(used, &net))
			return error_set(err, EADDRINUSE,
					 "Pool overlaps with other one on this address space");
	}
	return 0;
}

int network_assign_subnets(Runtime *rt, Network *n, Error **err)
{
	cleanup_ipnets IpNets used = { 0 };
	int r = add_ours(rt, n, &used, err);

	for (size_t i = 0; i < n->ipam.n_config && r >= 0; i++)
		r = ipam_complete_pool(&n->ipam.config[i], err);
	if (r < 0)
		return r;
	ipam_host_routes(&used);
	add_told(&used);
	r = check_pools(n, &used, err);
	if (r >= 0 && !ipam_pool_for(&n->ipam, AF_INET, NULL))
		r = add_pool(n, AF_INET, &used, err);
	if (r >= 0 && n->enable_ipv6 && !ipam_pool_for(&n->ipam, AF_INET6, NULL))
		r = add_pool(n, AF_INET6, &used, err);
	if (r >= 0)
		network_tell_subnets(rt, n);
	return r;
}

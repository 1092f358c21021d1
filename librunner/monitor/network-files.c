/* network-files: what the container's files say of its networks. */
#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/container-store.h"
#include "librunner/guest-network.h"
#include "librunner/ipam.h"
#include "librunner/monitor/network-internal.h"
#include "librunner/monitor/network.h"
#include "librunner/network-store.h"

#define MAX_FILE (1 << 20)

/* aardvark-dns listens at the gateway of each network with names, also of those that are internal,
 * where it is no gateway. */
static void add_servers(const Network *n, EtcNetwork *ret)
{
	if (!streq(n->driver, "bridge") || streq(n->name, NETWORK_BRIDGE))
		return;
	for (size_t i = 0; i < n->ipam.n_config; i++) {
		const char *gateway = n->ipam.config[i].gateway;

		if (gateway && (n->enable_ipv6 || !strchr(gateway, ':')))
			strv_add(&ret->servers, gateway);
	}
}

int network_describe(Monitor *m, EtcNetwork *ret, Error **err)
{
	const ContainerState *s = &m->c->state;
	cleanup_endpoint_set EndpointSet set = { 0 };

	ret->host = monitor_network_is(m, NETWORK_HOST);
	endpoint_set_load(m->rt, s->networks, s->n_networks, &set);
	endpoint_set_rank(&set);
	for (size_t i = 0; i < set.n; i++) {
		const EndpointSettings *e = set.list[i].endpoint;
		const IpamPool *pool = ipam_pool_for(&set.list[i].network->ipam, AF_INET, NULL);

		add_servers(set.list[i].network, ret);
		if (!ret->gateway && pool)
			ret->gateway = xstrdup(pool->gateway);
		if (!str_empty(e->ip_address))
			strv_add(&ret->addresses, e->ip_address);
		if (!str_empty(e->global_ipv6_address))
			strv_add(&ret->addresses, e->global_ipv6_address);
	}
	return network_add_links(m, ret, err);
}

int network_copy_files(Monitor *m, Error **err)
{
	static const char *const names[] = { "hosts", "resolv.conf", "hostname" };
	const char *id = startswith(m->c->host.network_mode, NETWORK_CONTAINER);
	cleanup_free char *dir = container_dir(id);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		cleanup_free char *from = xasprintf("%s/%s", dir, names[i]);
		cleanup_strbuf Strbuf text = STRBUF_INIT;
		int r = fs_read_file(store_fd(m->rt->store), from, MAX_FILE, &text);

		if (r >= 0)
			r = fs_write_atomic(m->dirfd, names[i], text.data ? text.data : "",
					    text.len, 0644, 0);
		if (r < 0)
			return error_errno(err, -r, "copy %s", from);
	}
	return 0;
}

int network_add_guest_files(Monitor *m, Binds *b, Error **err)
{
	int r = m->run->netns < 0 ? 0 : guest_network_write(m->dirfd, err);

	for (const GuestNetworkFile *f = guest_network_files; m->run->netns >= 0 && f->name; f++)
		binds_add(b, monitor_path(m, f->name), f->target, true);
	return r;
}

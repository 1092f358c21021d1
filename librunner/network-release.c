/* network-release: what a dead monitor has left of its container's networks. Its interfaces are
 * gone with its network namespace; rules, names and addresses are not. */
#include <fcntl.h>
#include <net/if.h>
#include <sys/file.h>

#include "libcommon/alloc.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/container-state.h"
#include "librunner/container-store.h"
#include "librunner/endpoint.h"
#include "librunner/netavark.h"
#include "librunner/netns.h"
#include "librunner/network-events.h"
#include "librunner/network-store.h"
#include "librunner/rtnl.h"

/* In a bridge while netavark takes down one of several dead containers. */
#define HOLD "racker-hold%zu"

/* netavark wants to remove the interfaces, and does the rest only then: it gets some. So with the
 * bridge. One without ports it takes down with all its rules, which are needed once more where
 * others have died, too: as long as there are leases of others, it has a port. */
static void make_up_bridge(const Network *n, size_t i)
{
	cleanup_free char *bridge = network_interface(n), *hold = xasprintf(HOLD, i);

	if (!streq(n->driver, "bridge"))
		return;
	if (if_nametoindex(bridge) == 0)
		(void)rtnl_add_bridge(bridge);
	(void)rtnl_delete(hold);
	if (n->n_containers > 1)
		(void)rtnl_add_bridge_port(bridge, hold);
}

static void remove_holds(size_t n)
{
	for (size_t i = 0; i < n; i++) {
		cleanup_free char *hold = xasprintf(HOLD, i);

		(void)rtnl_delete(hold);
	}
}

/* The host's lock is held. */
static int try_teardown(const char *id, const ContainerState *s, const EndpointSet *set,
			Error **err)
{
	cleanup_strv char **interfaces = NULL;
	cleanup_fd int netns = -1;
	NetavarkRequest request;
	int r;

	for (size_t i = 0; i < set->n; i++) {
		strv_add(&interfaces, set->list[i].endpoint->interface);
		make_up_bridge(set->list[i].network, i);
	}
	r = netns_new_with(interfaces, &netns, err);
	if (r < 0)
		return r;
	request = (NetavarkRequest){
		.container_id = id,
		.container_name = "",
		.endpoints = set->list,
		.n_endpoints = set->n,
		.ports = s->ports,
		.n_ports = s->n_ports,
		.netns = netns,
		.mounts = -1,
	};
	r = netavark_teardown(&request, err);
	remove_holds(set->n);
	return r;
}

/* What the monitor had begun to take down itself makes the first attempt fail half-way. */
static int take_down(Runtime *rt, const char *id, const ContainerState *s, Error **err)
{
	cleanup_endpoint_set EndpointSet set = { 0 };
	cleanup_error Error *first = NULL;
	cleanup_fd int lock = network_host_lock(err);
	int r = lock;

	if (r < 0)
		return r;
	endpoint_set_load(rt, s->networks, s->n_networks, &set);
	endpoint_set_rank(&set);
	if (try_teardown(id, s, &set, &first) < 0)
		r = try_teardown(id, s, &set, err);
	for (size_t i = 0; i < set.n; i++)
		network_event(rt, set.list[i].network, "disconnect", id);
	return r;
}

void network_release(Runtime *rt, const char *container_id)
{
	cleanup_error Error *e = NULL;
	ContainerState s = { 0 };

	if (container_state_read(rt, container_id, &s, NULL) >= 0 && s.n_networks) {
		if (container_state_this_boot(&s) && take_down(rt, container_id, &s, &e) < 0)
			/* Of what is gone already it complains, and does the rest. */
			log_debug("container %.12s: %s", container_id, e->msg);
		for (size_t i = 0; i < s.n_networks; i++)
			endpoint_release(rt, s.networks[i].network, container_id);
	}
	json_clear(&container_state_type, &s);
}

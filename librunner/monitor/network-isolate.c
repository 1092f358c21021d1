/* network-isolate: `com.docker.network.bridge.enable_icc=false`. */
#include "libcommon/alloc.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/monitor/network-internal.h"
#include "librunner/network-store.h"
#include "librunner/rtnl.h"

static bool wants_isolation(const Network *n)
{
	const char *icc = network_option(n, "com.docker.network.bridge.enable_icc");

	return streq(n->driver, "bridge") && icc && (streq(icc, "false") || streq(icc, "0"));
}

/* All its ports are of containers. */
static void isolate(const char *bridge)
{
	int ports[RTNL_PORTS_MAX], n = rtnl_bridge_ports(bridge, ports), r = n;

	for (int i = 0; i < n && r >= 0; i++)
		r = rtnl_isolate_port(ports[i]);
	if (r < 0)
		log_message(LOG_LEVEL_WARN, "%s: containers cannot be isolated: %s", bridge,
			    strerror(-r));
}

void network_isolate_ports(const EndpointSet *set)
{
	for (size_t i = 0; i < set->n; i++) {
		cleanup_free char *bridge = network_interface(set->list[i].network);

		if (wants_isolation(set->list[i].network))
			isolate(bridge);
	}
}

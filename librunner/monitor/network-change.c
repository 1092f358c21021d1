/* network-change: networks that a running container comes into, or goes out of. */
#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/container-store.h"
#include "librunner/monitor/network-internal.h"
#include "librunner/monitor/network.h"
#include "librunner/monitor/publish.h"
#include "librunner/network-events.h"
#include "librunner/network-store.h"

/* All endpoints of the state, ranked. */
static void load_set(Monitor *m, EndpointSet *ret)
{
	const ContainerState *s = &m->c->state;

	endpoint_set_load(m->rt, s->networks, s->n_networks, ret);
	endpoint_set_rank(ret);
}

/* The part of a set that is of one network. */
static EndpointSet pick(const EndpointSet *set, const char *network)
{
	for (size_t i = 0; i < set->n; i++)
		if (streq(set->list[i].network->name, network))
			return (EndpointSet){ .list = &set->list[i], .n = 1 };
	return (EndpointSet){ 0 };
}

/* Ports are published towards the first endpoint. */
static bool moves_ports(const Monitor *m, const EndpointSet *set, const char *network)
{
	return m->c->state.n_ports && set->n > 0 && streq(set->list[0].network->name, network);
}

static int take_out(Monitor *m, const char *network, Error **err)
{
	cleanup_endpoint_set EndpointSet before = { 0 }, after = { 0 };
	EndpointSet one;
	NetavarkRequest request;
	bool all;
	int r;

	load_set(m, &before);
	one = pick(&before, network);
	all = moves_ports(m, &before, network);
	request = network_request(m, all ? &before : &one, all);
	r = netavark_teardown(&request, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < one.n; i++)
		network_event(m->rt, one.list[i].network, "disconnect", m->c->id);
	endpoint_release(m->rt, network, m->c->id);
	/* What the set borrows goes with it. */
	endpoint_set_clear(&before);
	endpoint_state_remove(&m->c->state, network);
	if (!all)
		return 0;
	load_set(m, &after);
	request = network_request(m, &after, true);
	return after.n ? netavark_setup(&request, err) : 0;
}

static int bring_in(Monitor *m, const EndpointSettings *asked, Error **err)
{
	cleanup_endpoint_set EndpointSet set = { 0 };
	cleanup_error Error *e = NULL;
	EndpointSet one;
	NetavarkRequest request;
	int r = network_lease(m, asked, err);

	if (r < 0)
		return r;
	load_set(m, &set);
	one = pick(&set, asked->network);
	request = network_request(m, &one, set.n == 1);
	r = netavark_setup(&request, err);
	if (r < 0) {
		(void)netavark_teardown(&request, &e);
		endpoint_release(m->rt, asked->network, m->c->id);
		endpoint_state_remove(&m->c->state, asked->network);
		return r;
	}
	m->run->network_up = true;
	network_isolate_ports(&one);
	network_event(m->rt, one.list[0].network, "connect", m->c->id);
	return 0;
}

/* What differs between what is and what is asked for. */
static int apply(Monitor *m, const NetworkingConfig *wanted, Error **err)
{
	cleanup_fd int lock = network_host_lock(err);
	ContainerState *s = &m->c->state;
	int r = lock < 0 ? lock : 0;

	for (size_t i = s->n_networks; i-- > 0 && r >= 0;) {
		cleanup_free char *name = xstrdup(s->networks[i].network);

		if (!endpoint_find(wanted->endpoints, wanted->n_endpoints, name))
			r = take_out(m, name, err);
	}
	for (size_t i = 0; i < wanted->n_endpoints && r >= 0; i++)
		if (!endpoint_find(s->networks, s->n_networks, wanted->endpoints[i].network))
			r = bring_in(m, &wanted->endpoints[i], err);
	return r;
}

static int rewrite_files(Monitor *m, Error **err)
{
	cleanup_etc_network EtcNetwork net = { 0 };

	int r = network_describe(m, &net, err);

	return r < 0 ? r
		     : etc_files_rewrite(m->dirfd, m->c->config.hostname, m->c->config.domainname,
					 &m->c->host, &net, err);
}

int network_change(Monitor *m, Error **err)
{
	cleanup_container Container *now = NULL;
	NetworkingConfig old;
	int r = container_load(m->rt, m->c->id, &now, err);

	/* Between two runs there is nothing to change: the next one begins with it. */
	if (r < 0 || m->run->netns < 0)
		return r;
	r = apply(m, &now->networking, err);
	publish_open(m);
	if (r >= 0)
		r = rewrite_files(m, err);
	(void)monitor_write_state(m);
	if (r < 0)
		return r;
	old = m->c->networking;
	m->c->networking = now->networking;
	now->networking = old;
	return 0;
}

int network_again(Monitor *m, Error **err)
{
	cleanup_endpoint_set EndpointSet set = { 0 };
	cleanup_error Error *e = NULL;
	cleanup_fd int lock = -1;
	NetavarkRequest request;
	int r;

	if (!m->run->network_up)
		return 0;
	r = lock = network_host_lock(err);
	if (r < 0)
		return r;
	load_set(m, &set);
	request = network_request(m, &set, true);
	/* What a flush has taken away cannot be removed again: that is no failure. */
	(void)netavark_teardown(&request, &e);
	r = netavark_setup(&request, err);
	if (r >= 0)
		network_isolate_ports(&set);
	return r;
}

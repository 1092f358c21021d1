#include "librunner/monitor/network.h"

#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/container-store.h"
#include "librunner/endpoint.h"
#include "librunner/etc-files.h"
#include "librunner/monitor/network-internal.h"
#include "librunner/netavark.h"
#include "librunner/netns.h"
#include "librunner/network-events.h"
#include "librunner/network-store.h"

NetavarkRequest network_request(Monitor *m, const EndpointSet *set, bool ports)
{
	return (NetavarkRequest){
		.container_id = m->c->id,
		.container_name = m->c->name,
		.dns = m->c->host.dns,
		.endpoints = set->list,
		.n_endpoints = set->n,
		.ports = ports ? m->c->state.ports : NULL,
		.n_ports = ports ? m->c->state.n_ports : 0,
		.netns = m->run->netns,
		.mounts = m->host_mounts,
	};
}

/* The state's list of endpoints grows; pointers into it do not last. */
static EndpointSettings *state_add(ContainerState *s)
{
	s->networks = xreallocarray(s->networks, s->n_networks + 1, sizeof(*s->networks));
	s->networks[s->n_networks] = (EndpointSettings){ 0 };
	return &s->networks[s->n_networks++];
}

/* The host's lock is held. */
int network_lease(Monitor *m, const EndpointSettings *asked, Error **err)
{
	ContainerState *s = &m->c->state;
	unsigned index = endpoint_next_index(s->networks, s->n_networks);
	cleanup_network Network *n = NULL;
	EndpointSettings got = { 0 };
	int r = endpoint_lease(m->rt, m->c, asked, index, &got, &n, err);

	if (r < 0)
		return r;
	*state_add(s) = got;
	return 0;
}

/* ---- the begin of a run ---- */

static void tell(Monitor *m, const EndpointSet *set, const char *action)
{
	for (size_t i = 0; i < set->n; i++)
		network_event(m->rt, set->list[i].network, action, m->c->id);
}

static int set_up(Monitor *m, Error **err)
{
	const NetworkingConfig *config = &m->c->networking;
	cleanup_endpoint_set EndpointSet set = { 0 };
	cleanup_fd int lock = network_host_lock(err);
	NetavarkRequest request;
	int r = lock < 0 ? lock : 0;

	endpoint_states_clear(&m->c->state);
	for (size_t i = 0; i < config->n_endpoints && r >= 0; i++)
		r = network_lease(m, &config->endpoints[i], err);
	if (r < 0)
		return r;
	endpoint_set_load(m->rt, m->c->state.networks, m->c->state.n_networks, &set);
	endpoint_set_rank(&set);
	request = network_request(m, &set, true);
	/* Half a set-up is taken down, too. */
	m->run->network_up = true;
	r = netavark_setup(&request, err);
	if (r < 0)
		return r;
	network_isolate_ports(&set);
	tell(m, &set, "connect");
	return 0;
}

static int join_container(Monitor *m, const char *id, Error **err)
{
	cleanup_container Container *other = NULL;
	cleanup_free char *path = NULL;
	int r = container_find(m->rt, id, &other, err);

	if (r < 0)
		return r;
	if (!container_is_running(other) || other->state.pid <= 0)
		return error_set(err, EINVAL, "cannot join network of a non running container: %s",
				 other->id);
	path = xasprintf("/proc/%lld/ns/net", (long long)other->state.pid);
	m->run->netns = open(path, O_RDONLY | O_CLOEXEC);
	return m->run->netns < 0 ? error_errno(err, errno, "join the network of %s", other->id) : 0;
}

int network_open(Monitor *m, Error **err)
{
	const char *mode = m->c->host.network_mode;
	const char *id = startswith(mode ? mode : "", NETWORK_CONTAINER);
	int r;

	if (id)
		return join_container(m, id, err);
	if (!network_mode_is_network(mode))
		return 0;
	r = netns_new(&m->run->netns, err);
	if (r >= 0)
		r = set_up(m, err);
	return r < 0 ? r : monitor_write_state(m);
}

/* ---- the end of a run ---- */

void network_close(Monitor *m)
{
	cleanup_endpoint_set EndpointSet set = { 0 };
	cleanup_error Error *e = NULL;
	cleanup_fd int lock = -1;
	NetavarkRequest request;

	if (m->run->network_up) {
		lock = network_host_lock(&e);
		endpoint_set_load(m->rt, m->c->state.networks, m->c->state.n_networks, &set);
		endpoint_set_rank(&set);
		request = network_request(m, &set, true);
		if (lock >= 0 && netavark_teardown(&request, &e) >= 0)
			tell(m, &set, "disconnect");
		m->run->network_up = false;
	}
	if (e)
		log_message(LOG_LEVEL_WARN, "%s", e->msg);
	m->run->netns = fd_close(m->run->netns);
}

void network_release_all(Monitor *m)
{
	ContainerState *s = &m->c->state;

	for (size_t i = 0; i < s->n_networks; i++)
		endpoint_release(m->rt, s->networks[i].network, m->c->id);
	endpoint_states_clear(s);
}

/* ---- files ---- */

int network_write_files(Monitor *m, Error **err)
{
	const char *mode = m->c->host.network_mode;
	cleanup_etc_network EtcNetwork net = { 0 };

	int r;

	if (startswith(mode ? mode : "", NETWORK_CONTAINER))
		return network_copy_files(m, err);
	r = network_describe(m, &net, err);
	if (r < 0)
		return r;
	return etc_files_write(m->dirfd, m->c->config.hostname, m->c->config.domainname,
			       &m->c->host, &net, err);
}

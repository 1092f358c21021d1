/* network-connect: containers into networks and out of them, running or not. What is asked for is
 * in config.json; the monitor of a running one makes it so. */
#include <fcntl.h>
#include <sys/file.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/container-state.h"
#include "librunner/container-store.h"
#include "librunner/container-update.h"
#include "librunner/endpoint.h"
#include "librunner/monitor-ask.h"
#include "librunner/netavark.h"
#include "librunner/network-store.h"

static int check_mode(const Container *c, const Network *n, Error **err)
{
	const char *mode = c->host.network_mode;

	if (streq(mode, NETWORK_HOST) && !streq(n->name, NETWORK_HOST))
		return error_set(err, EINVAL,
				 "container sharing network namespace with another container or "
				 "host cannot be connected to any other network");
	if (streq(n->name, NETWORK_HOST))
		return error_set(err, EINVAL,
				 "container cannot be disconnected from host network "
				 "or connected to host network");
	if (startswith(mode, NETWORK_CONTAINER))
		return error_set(err, EINVAL,
				 "container sharing network namespace with another container or "
				 "host cannot be connected to any other network");
	if (streq(n->name, NETWORK_NONE) || streq(mode, NETWORK_NONE))
		return error_set(err, EINVAL,
				 "container cannot be connected to multiple networks with one of "
				 "the networks in private (none) mode");
	if (n->config_only)
		return error_set(err, EINVAL, "configuration network \"%s\" cannot be used",
				 n->name);
	return 0;
}

static int add_endpoint(Container *c, const Network *n, const EndpointSettings *settings,
			Error **err)
{
	NetworkingConfig *config = &c->networking;
	cleanup_json json_t *copy = NULL;
	EndpointSettings *e;

	if (endpoint_find(config->endpoints, config->n_endpoints, n->name))
		return error_set(err, EEXIST, "endpoint with name %s already exists in network %s",
				 c->name, n->name);
	e = networking_add(config, n->name);
	if (settings) {
		copy = json_encode(&endpoint_type, settings);
		(void)json_decode(copy, &endpoint_type, e, NULL);
	}
	return endpoint_check(n, e, err);
}

/* One at a time for each container; the monitor is asked without the lock of all of them. */
typedef struct Change {
	const Network *network;
	const EndpointSettings *settings;
	int (*apply)(Container *c, const struct Change *change, Error **err);
} Change;

static int write_change(Runtime *rt, const char *id, const Change *change, Container **ret_old,
			Error **err)
{
	cleanup_container Container *c = NULL, *old = NULL;
	cleanup_free char *path = xasprintf("containers/%s/config.json", id);
	cleanup_fd int lock = containers_lock(rt, err);
	int r = lock < 0 ? lock : container_load(rt, id, &c, err);

	if (r >= 0)
		r = container_load(rt, id, &old, err);
	if (r >= 0)
		r = change->apply(c, change, err);
	if (r >= 0)
		r = json_write_file(store_fd(rt->store), path, &container_type, c, 0600, FS_SYNC,
				    err);
	if (r >= 0)
		*ret_old = steal(&old);
	return r;
}

/* The monitor could not. */
static void write_back(Runtime *rt, const Container *old)
{
	cleanup_free char *path = xasprintf("containers/%s/config.json", old->id);
	cleanup_container Container *c = NULL;
	cleanup_json json_t *networking = json_encode(&networking_config_type, &old->networking);
	cleanup_fd int lock = containers_lock(rt, NULL);

	if (lock < 0 || container_load(rt, old->id, &c, NULL) < 0)
		return;
	json_clear(&networking_config_type, &c->networking);
	(void)json_decode(networking, &networking_config_type, &c->networking, NULL);
	(void)json_write_file(store_fd(rt->store), path, &container_type, c, 0600, FS_SYNC, NULL);
}

static int ask_monitor(Runtime *rt, const Container *c, const char *op, Error **err)
{
	MonitorRequest request = { .op = (char *)op };
	cleanup_error Error *e = NULL;
	int sock;

	if (!container_is_running(c))
		return 0;
	sock = monitor_ask(rt, c, &request, &e);
	if (sock >= 0) {
		(void)fd_close(sock);
		return 0;
	}
	return container_has_ended(rt, c->id) ? 0 : error_propagate(err, steal(&e));
}

static int change_container(Runtime *rt, const char *id, const Change *change, Error **err)
{
	cleanup_container Container *old = NULL;
	cleanup_fd int lock = container_update_lock(rt, id, err);
	int r = lock < 0 ? lock : write_change(rt, id, change, &old, err);

	if (r < 0)
		return r;
	r = ask_monitor(rt, old, "network", err);
	if (r < 0)
		write_back(rt, old);
	return r;
}

static int apply_connect(Container *c, const Change *change, Error **err)
{
	int r = check_mode(c, change->network, err);

	return r < 0 ? r : add_endpoint(c, change->network, change->settings, err);
}

int network_connect(Runtime *rt, const char *network, const char *container,
		    const EndpointSettings *settings, Error **err)
{
	cleanup_network Network *n = NULL;
	cleanup_container Container *c = NULL;
	Change change = { .settings = settings, .apply = apply_connect };
	int r = container_find_settled(rt, container, &c, err);

	if (r >= 0)
		r = network_find(rt, network, &n, err);
	if (r >= 0)
		r = netavark_check(err);
	change.network = n;
	return r < 0 ? r : change_container(rt, c->id, &change, err);
}

/* ---- out of it ---- */

static int apply_disconnect(Container *c, const Change *change, Error **err)
{
	NetworkingConfig *config = &c->networking;
	EndpointSettings *e =
		endpoint_find(config->endpoints, config->n_endpoints, change->network->name);
	bool is_mode = streq(c->host.network_mode, change->network->name);

	if (!e && is_mode && streq(change->network->name, NETWORK_HOST))
		return check_mode(c, change->network, err);
	if (!e)
		return error_set(err, EINVAL, "container %s is not connected to network %s", c->id,
				 change->network->name);
	free(e->network);
	json_clear(&endpoint_type, e);
	config->n_endpoints--;
	memmove(e, e + 1, (size_t)(config->endpoints + config->n_endpoints - e) * sizeof(*e));
	return 0;
}

/* Somebody's lease whose container nobody knows any more. */
static int drop_lease(Runtime *rt, const Network *n, const char *container, Error **err)
{
	for (size_t i = 0; i < n->n_containers; i++)
		if (streq(n->containers[i].name, container) ||
		    startswith(n->containers[i].id, container)) {
			endpoint_release(rt, n->name, n->containers[i].id);
			return 0;
		}
	return error_set(err, ENOENT, "endpoint %s not found", container);
}

int network_disconnect(Runtime *rt, const char *network, const char *container, bool force,
		       Error **err)
{
	cleanup_network Network *n = NULL;
	cleanup_container Container *c = NULL;
	cleanup_error Error *e = NULL;
	Change change = { .apply = apply_disconnect };
	int found = container_find_settled(rt, container, &c, &e), r;

	if (found < 0 && !(found == -ENOENT && force))
		return error_propagate(err, steal(&e));
	r = network_find(rt, network, &n, err);
	if (r < 0)
		return r;
	if (found < 0)
		return drop_lease(rt, n, container, err);
	change.network = n;
	return change_container(rt, c->id, &change, err);
}

/* ---- again ---- */

static int reload_one(Runtime *rt, const Container *c, char ***ret, Error **err)
{
	int r;

	if (!container_is_running(c) || !network_mode_is_network(c->host.network_mode))
		return 0;
	r = ask_monitor(rt, c, "network-reload", err);
	if (r >= 0)
		strv_add(ret, c->id);
	return r;
}

int network_reload(Runtime *rt, const char *container, char ***ret, Error **err)
{
	cleanup_container Container *c = NULL;
	Container **list = NULL;
	size_t n = 0;
	int r;

	if (container) {
		r = container_find_settled(rt, container, &c, err);
		if (r >= 0 && !container_is_running(c))
			return container_not_running(c, err);
		return r < 0 ? r : reload_one(rt, c, ret, err);
	}
	r = container_list(rt, &list, &n, err);
	for (size_t i = 0; i < n && r >= 0; i++)
		r = reload_one(rt, list[i], ret, err);
	container_list_free(list, n);
	return r;
}

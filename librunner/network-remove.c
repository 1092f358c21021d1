/* network-remove: the end of networks. */
#include <fcntl.h>
#include <sys/file.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/network-events.h"
#include "librunner/network-store.h"
#include "librunner/prune-filter.h"

/* Whether networks were made from it. */
static int check_config_users(Runtime *rt, const Network *n, Error **err)
{
	Network **list = NULL;
	size_t count = 0;
	int r = n->config_only ? network_load_all(rt, &list, &count, err) : 0;

	for (size_t i = 0; i < count && r >= 0; i++)
		if (streq_null(list[i]->config_from.network, n->name))
			r = error_set(err, EBUSY,
				      "error while removing network: configuration "
				      "network \"%s\" is in use",
				      n->name);
	network_list_free(list, count);
	return r;
}

/* Under the lock: nobody gets an address meanwhile. */
static int remove_locked(Runtime *rt, const char *name, Error **err)
{
	cleanup_network Network *n = NULL;
	cleanup_fd int lock = networks_lock(rt, err);
	int r = lock < 0 ? lock : network_load(rt, name, &n, err);

	if (r == -ENOENT)
		return error_set(err, ENOENT, "network %s not found", name);
	if (r < 0)
		return r;
	if (n->n_containers)
		return error_set(err, EBUSY,
				 "error while removing network: network %s id %s has "
				 "active endpoints",
				 n->name, n->id);
	r = check_config_users(rt, n, err);
	if (r >= 0)
		r = network_delete(rt, n, err);
	if (r >= 0)
		network_event(rt, n, "destroy", NULL);
	return r;
}

int network_remove(Runtime *rt, const char *name, Error **err)
{
	cleanup_network Network *n = NULL;
	int r = network_find(rt, name, &n, err);

	if (r < 0)
		return r;
	if (network_is_predefined(n->name))
		return error_set(err, EPERM, "%s is a pre-defined network and cannot be removed",
				 n->name);
	return remove_locked(rt, n->name, err);
}

/* ---- prune ---- */

/* Containers that do not run are in a network, too. */
static bool is_used(const Network *n, Container *const *containers, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const NetworkingConfig *c = &containers[i]->networking;

		if (endpoint_find(c->endpoints, c->n_endpoints, n->name))
			return true;
	}
	return n->n_containers > 0;
}

int network_prune(Runtime *rt, char *const *filters, char ***ret, Error **err)
{
	Container **containers = NULL;
	Network **list = NULL;
	size_t n = 0, count = 0;
	cleanup_prune_filter PruneFilter f = { 0 };
	int r = prune_filter_parse(filters, PRUNE_UNTIL, &f, err);

	if (r >= 0)
		r = network_list(rt, NULL, &list, &n, err);
	if (r >= 0)
		r = container_list(rt, &containers, &count, err);
	for (size_t i = 0; i < n && r >= 0; i++) {
		cleanup_error Error *e = NULL;

		if (network_is_predefined(list[i]->name) || is_used(list[i], containers, count) ||
		    !prune_filter_match(&f, list[i]->labels, list[i]->created))
			continue;
		/* Somebody may have begun to use it. */
		if (remove_locked(rt, list[i]->name, &e) >= 0)
			strv_add(ret, list[i]->name);
	}
	container_list_free(containers, count);
	network_list_free(list, n);
	return r;
}

/* network-remove: the end of networks. */
#include <fcntl.h>
#include <stdint.h>
#include <sys/file.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libcommon/timestamp.h"
#include "librunner/network-events.h"
#include "librunner/network-store.h"

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

typedef struct PruneFilter {
	int64_t until; /* INT64_MAX: any time */
	char *const *texts;
} PruneFilter;

static int filter_parse(char *const *texts, PruneFilter *ret, Error **err)
{
	*ret = (PruneFilter){ INT64_MAX, texts };
	STRV_FOREACH(it, texts) {
		const char *value = startswith(*it, "until=");
		cleanup_free char *key = xstrndup(*it, strcspn(*it, "=!"));

		if (value && ret->until != INT64_MAX)
			return error_set(err, EINVAL, "more than one until filter specified");
		if (value) {
			int r = timestamp_parse_filter(value, timestamp_current(), &ret->until,
						       err);

			if (r < 0)
				return r;
		} else if (!streq(key, "label")) {
			return error_set(err, EINVAL, "invalid filter '%s'", key);
		}
	}
	return 0;
}

static bool has_label(const Network *n, const char *value)
{
	cleanup_free char *key = xstrndup(value, strcspn(value, "="));
	const char *sep = strchr(value, '='), *have = env_get(n->labels, key);

	return have && (!sep || streq(have, sep + 1));
}

static bool filter_match(const PruneFilter *f, const Network *n)
{
	int64_t created = 0;

	STRV_FOREACH(it, f->texts) {
		const char *wanted = startswith(*it, "label=");
		const char *unwanted = startswith(*it, "label!=");

		if ((wanted && !has_label(n, wanted)) || (unwanted && has_label(n, unwanted)))
			return false;
	}
	return f->until == INT64_MAX ||
	       (timestamp_parse(n->created, &created) >= 0 && created < f->until);
}

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
	PruneFilter f;
	int r = filter_parse(filters, &f, err);

	if (r >= 0)
		r = network_list(rt, NULL, &list, &n, err);
	if (r >= 0)
		r = container_list(rt, &containers, &count, err);
	for (size_t i = 0; i < n && r >= 0; i++) {
		cleanup_error Error *e = NULL;

		if (network_is_predefined(list[i]->name) || is_used(list[i], containers, count) ||
		    !filter_match(&f, list[i]))
			continue;
		/* Somebody may have begun to use it. */
		if (remove_locked(rt, list[i]->name, &e) >= 0)
			strv_add(ret, list[i]->name);
	}
	container_list_free(containers, count);
	network_list_free(list, n);
	return r;
}

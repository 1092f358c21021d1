/* networks: the networks of a project. */
#include "compose/resources.h"

#include "compose/labels.h"
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/network.h"

static const char *network_label(const Network *n, const char *label)
{
	const char *value = env_get(n->labels, label);

	return value ? value : "";
}

char *network_title(const char *name)
{
	return xasprintf("Network %s", name);
}

static void request_pools(const ProjectNetwork *n, Network *req)
{
	req->ipam.n_config = n->ipam.n_config;
	if (n->ipam.n_config)
		req->ipam.config = xnew0(IpamPool, n->ipam.n_config);
	for (size_t i = 0; i < n->ipam.n_config; i++) {
		const ProjectIpamPool *p = &n->ipam.config[i];

		req->ipam.config[i] = (IpamPool){
			.subnet = xstrdup(p->subnet),
			.ip_range = xstrdup(p->ip_range),
			.gateway = xstrdup(p->gateway),
			.aux_addresses = strv_copy(p->aux_addresses),
		};
	}
}

static Network *network_request(const Compose *c, const ProjectNetwork *n)
{
	Network *req = xnew0(Network, 1);

	req->name = xstrdup(n->name);
	req->driver = xstrdup(str_empty(n->driver) ? NETWORK_BRIDGE : n->driver);
	req->enable_ipv6 = n->enable_ipv6;
	req->internal = n->internal;
	req->attachable = n->attachable;
	req->options = strv_copy(n->driver_opts);
	req->ipam.driver = xstrdup(n->ipam.driver);
	request_pools(n, req);
	req->labels = strv_copy(n->labels);
	env_set(&req->labels, LABEL_NETWORK, n->key);
	env_set(&req->labels, LABEL_PROJECT, c->project->name);
	env_set(&req->labels, LABEL_VERSION, COMPOSE_VERSION);
	return req;
}

/* One that is there already is used whoever made it, with Compose's warnings. */
static void tell_foreign(Worker *w, const Compose *c, const ProjectNetwork *n, const Network *found)
{
	cleanup_free char *line = NULL;

	if (!*network_label(found, LABEL_PROJECT))
		line = xasprintf("a network with name %s exists but was not created by compose.\n"
				 "Set `external: true` to use an existing network",
				 n->name);
	else if (!streq(network_label(found, LABEL_PROJECT), c->project->name))
		line = xasprintf("a network with name %s exists but was not created for project "
				 "\"%s\".\nSet `external: true` to use an existing network",
				 n->name, c->project->name);
	if (line)
		worker_warning(w, line);
}

static int check_label(const ProjectNetwork *n, const Network *found, Error **err)
{
	const char *key = network_label(found, LABEL_NETWORK);

	if (!*network_label(found, LABEL_PROJECT) || streq(key, n->key))
		return 0;
	return error_set(err, EEXIST,
			 "network %s was found but has incorrect label %s set to \"%s\"", n->name,
			 LABEL_NETWORK, key);
}

static int network_make(Worker *w, const Compose *c, const ProjectNetwork *n, Error **err)
{
	cleanup_free char *title = network_title(n->name), *id = NULL;
	cleanup_network Network *req = network_request(c, n), *found = NULL;
	cleanup_error Error *e = NULL;
	int r;

	worker_event(w, WORK_WORKING, title, "", "Creating");
	r = c->dry_run ? 0 : network_create(worker_runtime(w), req, &id, &e);
	/* Somebody else was as quick. */
	if (r == -EEXIST && network_find(worker_runtime(w), n->name, &found, NULL) >= 0)
		r = 0;
	if (r < 0) {
		worker_event(w, WORK_ERROR, title, "", "Error");
		(void)error_propagate(err, steal(&e));
		return error_prefix(err, r, "failed to create network %s", n->name);
	}
	worker_event(w, WORK_DONE, title, "", "Created");
	return 0;
}

static int act_ensure(Worker *w, const void *data, Error **err)
{
	const ResourceAct *act = data;
	const ProjectNetwork *n = act->resource;
	cleanup_network Network *found = NULL;

	if (network_find(worker_runtime(w), n->name, &found, NULL) >= 0 &&
	    streq(found->name, n->name)) {
		if (!n->external)
			tell_foreign(w, act->compose, n, found);
		return n->external ? 0 : check_label(n, found, err);
	}
	if (!n->external)
		return network_make(w, act->compose, n, err);
	return error_set(err, ENOENT, "network %s declared as external, but could not be found",
			 n->name);
}

static int act_remove(Worker *w, const void *data, Error **err)
{
	const ResourceAct *act = data;
	cleanup_free char *title = network_title(act->name);
	cleanup_error Error *e = NULL;
	int r;

	worker_event(w, WORK_WORKING, title, "", "Removing");
	r = act->compose->dry_run ? 0 : network_remove(worker_runtime(w), act->name, &e);
	if (r >= 0 || r == -ENOENT) {
		worker_event(w, WORK_DONE, title, "", "Removed");
		return 0;
	}
	if (r == -EBUSY || r == -EPERM) {
		worker_event(w, WORK_WARNING, title, "", "Resource is still in use");
		return 0;
	}
	worker_event(w, WORK_ERROR, title, "", "Error");
	(void)error_propagate(err, steal(&e));
	return error_prefix(err, r, "failed to remove network %s", act->name);
}

void compose_networks_add(Compose *c, Work *work, ResourceActs *acts)
{
	for (size_t i = 0; i < c->project->n_networks; i++) {
		ResourceAct *act = resource_acts_add(acts);

		act->compose = c;
		act->resource = &c->project->networks[i];
		(void)work_add(work, c->project->networks[i].name, act_ensure, act);
	}
}

/* Those that the files have and that are there, and those that say that they are the project's. */
static void networks_to_remove(Compose *c, char ***names)
{
	cleanup_free char *filter = xasprintf("label=" LABEL_PROJECT "=%s", c->project->name);
	char *filters[] = { filter, NULL };
	Network **list = NULL;
	size_t n = 0;

	for (size_t i = 0; i < c->project->n_networks; i++) {
		const ProjectNetwork *network = &c->project->networks[i];
		cleanup_network Network *found = NULL;

		if (!network->external && network_find(c->rt, network->name, &found, NULL) >= 0 &&
		    streq(network_label(found, LABEL_PROJECT), c->project->name))
			strv_add(names, network->name);
	}
	if (c->project->working_dir || network_list(c->rt, filters, &list, &n, NULL) < 0)
		return;
	for (size_t i = 0; i < n; i++)
		if (!strv_contains(*names, list[i]->name))
			strv_add(names, list[i]->name);
	network_list_free(list, n);
}

void compose_networks_remove(Compose *c, Work *work, ResourceActs *acts)
{
	cleanup_strv char **names = NULL;

	networks_to_remove(c, &names);
	STRV_FOREACH(it, names) {
		ResourceAct *act = resource_acts_add(acts);

		act->compose = c;
		act->name = xstrdup(*it);
		(void)work_add(work, *it, act_remove, act);
	}
}

#include "librunner/container-filter.h"

#include <regex.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libcommon/units.h"
#include "librunner/filter-ports.h"
#include "librunner/network.h"

struct ContainerFilter {
	char **ancestors; /* image IDs, and names as they were typed */
	char **exited, **health, **ids, **labels, **networks, **status, **volumes;
	regex_t *names;
	size_t n_names, names_cap;
	bool no_name; /* a pattern that is none was given: it matches nothing */
	char *before, *since; /* place_of() a container; NULL: not asked */
	PortRanges expose, publish;
	bool tasks; /* of a swarm, which there are none of */
};

ContainerFilter *container_filter_free(ContainerFilter *f)
{
	if (!f)
		return NULL;
	strv_free(f->ancestors);
	strv_free(f->exited);
	strv_free(f->health);
	strv_free(f->ids);
	strv_free(f->labels);
	strv_free(f->networks);
	strv_free(f->status);
	strv_free(f->volumes);
	for (size_t i = 0; i < f->n_names; i++)
		regfree(&f->names[i]);
	free(f->names);
	free(f->before);
	free(f->since);
	port_ranges_clear(&f->expose);
	port_ranges_clear(&f->publish);
	free(f);
	return NULL;
}

/* ---- reading ---- */

static int add_ancestor(Runtime *rt, ContainerFilter *f, const char *value, Error **err)
{
	cleanup_strv char **built = NULL;
	cleanup_free char *id = NULL;
	cleanup_error Error *e = NULL;

	strv_add(&f->ancestors, value);
	if (image_find_id(rt->store, value, &id, &e) >= 0 &&
	    image_descendants(rt->store, id, &built, &e) >= 0) {
		strv_extend(&f->ancestors, built);
		strv_push(&f->ancestors, steal(&id));
	} else if (e->errnum != ENOENT && e->errnum != EINVAL)
		return error_propagate(err, steal(&e));
	return 0;
}

/* Where a container stands in time: texts that compare as the containers follow each other. */
static char *place_of(const Container *c)
{
	return xasprintf("%s %s", c->created ? c->created : "", c->id);
}

static int set_place(Runtime *rt, const char *value, char **ret, Error **err)
{
	cleanup_container Container *c = NULL;
	int r = container_find(rt, value, &c, err);

	if (r < 0)
		return r;
	free(*ret);
	*ret = place_of(c);
	return 0;
}

static int add_before(Runtime *rt, ContainerFilter *f, const char *value, Error **err)
{
	return set_place(rt, value, &f->before, err);
}

static int add_since(Runtime *rt, ContainerFilter *f, const char *value, Error **err)
{
	return set_place(rt, value, &f->since, err);
}

static int add_name(Runtime *rt, ContainerFilter *f, const char *value, Error **err)
{
	(void)rt;
	(void)err;
	GROW(f->names, f->n_names, &f->names_cap);
	if (regcomp(&f->names[f->n_names], value, REG_EXTENDED | REG_NOSUB) != 0)
		f->no_name = true;
	else
		f->n_names++;
	return 0;
}

static int add_exited(Runtime *rt, ContainerFilter *f, const char *value, Error **err)
{
	int64_t code;

	(void)rt;
	if (str_to_i64(value, &code) < 0)
		return error_set(
			err, EINVAL,
			"invalid filter 'exited=%s': strconv.Atoi: parsing \"%s\": invalid "
			"syntax",
			value, value);
	strv_addf(&f->exited, "%lld", (long long)code);
	return 0;
}

static bool is_one_of(const char *const *known, const char *value)
{
	for (; *known; known++)
		if (streq(*known, value))
			return true;
	return false;
}

static int add_status(Runtime *rt, ContainerFilter *f, const char *value, Error **err)
{
	static const char *const known[] = { "paused", "restarting", "removing", "running",
					     "dead",   "created",    "exited",	 NULL };

	(void)rt;
	if (!is_one_of(known, value))
		return error_set(err, EINVAL, "invalid filter 'status=%s'", value);
	strv_add(&f->status, value);
	return 0;
}

static int add_health(Runtime *rt, ContainerFilter *f, const char *value, Error **err)
{
	static const char *const known[] = { "none", "starting", "healthy", "unhealthy", NULL };

	(void)rt;
	if (!is_one_of(known, value))
		return error_set(err, EINVAL, "unrecognized filter value for health: %s", value);
	strv_add(&f->health, value);
	return 0;
}

static int add_is_task(Runtime *rt, ContainerFilter *f, const char *value, Error **err)
{
	(void)rt;
	if (units_parse_bool(value, &f->tasks, NULL) < 0)
		return error_set(err, EINVAL, "invalid filter 'is-task=[%s]'", value);
	return 0;
}

static int add_expose(Runtime *rt, ContainerFilter *f, const char *value, Error **err)
{
	int r = port_ranges_add(&f->expose, value, err);

	(void)rt;
	return r < 0 ? error_prefix(err, r, "error while looking up for expose %s", value) : 0;
}

static int add_publish(Runtime *rt, ContainerFilter *f, const char *value, Error **err)
{
	int r = port_ranges_add(&f->publish, value, err);

	(void)rt;
	return r < 0 ? error_prefix(err, r, "error while looking up for publish %s", value) : 0;
}

#define ADD_TO(member)                                                                 \
	static int add_to_##member(Runtime *rt, ContainerFilter *f, const char *value, \
				   Error **err)                                        \
	{                                                                              \
		(void)rt;                                                              \
		(void)err;                                                             \
		strv_add(&f->member, value);                                           \
		return 0;                                                              \
	}
ADD_TO(ids)
ADD_TO(labels)
ADD_TO(volumes)

/* Containers know the names of their networks. */
static int add_network(Runtime *rt, ContainerFilter *f, const char *value, Error **err)
{
	cleanup_network Network *n = NULL;

	(void)err;
	strv_add(&f->networks, value);
	if (rt && *value && network_find(rt, value, &n, NULL) >= 0)
		strv_add(&f->networks, n->name);
	return 0;
}

/* Windows' isolation: Docker takes the filter everywhere. */
static int add_nothing(Runtime *rt, ContainerFilter *f, const char *value, Error **err)
{
	(void)rt;
	(void)f;
	(void)value;
	(void)err;
	return 0;
}

static int add_text(Runtime *rt, ContainerFilter *f, const char *text, Error **err)
{
	static const struct {
		const char *key;
		int (*add)(Runtime *rt, ContainerFilter *f, const char *value, Error **err);
	} keys[] = {
		{ "ancestor", add_ancestor }, { "before", add_before },
		{ "exited", add_exited },     { "expose", add_expose },
		{ "health", add_health },     { "id", add_to_ids },
		{ "is-task", add_is_task },   { "isolation", add_nothing },
		{ "label", add_to_labels },   { "name", add_name },
		{ "network", add_network },   { "publish", add_publish },
		{ "since", add_since },	      { "status", add_status },
		{ "volume", add_to_volumes },
	};
	size_t n = strcspn(text, "=");

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strlen(keys[i].key) == n && strncmp(keys[i].key, text, n) == 0 && text[n])
			return keys[i].add(rt, f, text + n + 1, err);
	return error_set(err, EINVAL, "invalid filter '%.*s'", (int)n, text);
}

int container_filter_new(Runtime *rt, char *const *texts, ContainerFilter **ret, Error **err)
{
	cleanup_container_filter ContainerFilter *f = xnew0(ContainerFilter, 1);

	STRV_FOREACH(it, texts) {
		int r = add_text(rt, f, *it, err);

		if (r < 0)
			return r;
	}
	*ret = steal(&f);
	return 0;
}

bool container_filter_wants_all(const ContainerFilter *f)
{
	return f->status != NULL;
}

/* ---- matching ---- */

bool labels_match(char *const *labels, const char *want)
{
	size_t n = strcspn(want, "=");

	STRV_FOREACH(it, labels)
		if (want[n] ? streq(*it, want)
			    : strncmp(*it, want, n) == 0 && ((*it)[n] == '=' || !(*it)[n]))
			return true;
	return false;
}

static bool match_names(const ContainerFilter *f, const Container *c)
{
	cleanup_free char *path = xasprintf("/%s", c->name);

	/* Docker's names have a slash, and old patterns begin with `^/`. */
	for (size_t i = 0; i < f->n_names; i++)
		if (regexec(&f->names[i], c->name, 0, NULL, 0) == 0 ||
		    regexec(&f->names[i], path, 0, NULL, 0) == 0)
			return true;
	return f->n_names == 0 && !f->no_name;
}

static bool match_ids(const ContainerFilter *f, const Container *c)
{
	STRV_FOREACH(it, f->ids)
		if (startswith(c->id, *it))
			return true;
	return !f->ids;
}

static bool match_exited(const ContainerFilter *f, const Container *c)
{
	char code[24];

	if (!f->exited)
		return true;
	(void)snprintf(code, sizeof(code), "%lld", (long long)c->state.exit_code);
	return streq_null(c->state.status, "exited") && strv_contains(f->exited, code);
}

static bool match_health(const ContainerFilter *f, const Container *c)
{
	const HealthState *health = c->state.health;

	return !f->health ||
	       strv_contains(f->health,
			     health && !str_empty(health->status) ? health->status : "none");
}

static bool match_network(const ContainerFilter *f, const Container *c)
{
	const char *mode = str_empty(c->host.network_mode) ? "host" : c->host.network_mode;

	const NetworkingConfig *own = &c->networking;

	if (!f->networks || strv_contains(f->networks, ""))
		return true;
	for (size_t i = 0; i < own->n_endpoints; i++)
		if (strv_contains(f->networks, own->endpoints[i].network))
			return true;
	return !network_mode_is_network(mode) && strv_contains(f->networks, mode);
}

/* By what is mounted (a volume's name) or where. */
static bool match_volume(const ContainerFilter *f, const Container *c)
{
	STRV_FOREACH(it, c->host.binds) {
		cleanup_strv char **parts = strv_split(*it, ':');

		if (parts[0] && parts[1] && strv_contains(f->volumes, parts[1]))
			return true;
	}
	for (size_t i = 0; i < c->racker.n_volumes; i++)
		if (strv_contains(f->volumes, c->racker.volumes[i].name) ||
		    strv_contains(f->volumes, c->racker.volumes[i].target))
			return true;
	for (size_t i = 0; i < c->host.n_mounts; i++) {
		const Mount *m = &c->host.mounts[i];

		if (strv_contains(f->volumes, m->target ? m->target : ""))
			return true;
	}
	return !f->volumes;
}

static bool match_place(const ContainerFilter *f, const Container *c)
{
	cleanup_free char *place = NULL;

	if (!f->before && !f->since)
		return true;
	place = place_of(c);
	return (!f->before || strcmp(place, f->before) < 0) &&
	       (!f->since || strcmp(place, f->since) > 0);
}

static bool match_ports(const ContainerFilter *f, const Container *c)
{
	return (!f->expose.n && !f->publish.n) || port_ranges_match(&f->expose, &f->publish, c);
}

static bool match_image(const ContainerFilter *f, const Container *c)
{
	return !f->ancestors || strv_contains(f->ancestors, c->image_id ? c->image_id : "") ||
	       strv_contains(f->ancestors, c->config.image ? c->config.image : "");
}

static bool match_status(const ContainerFilter *f, const Container *c)
{
	return !f->status || strv_contains(f->status, c->state.status ? c->state.status : "");
}

bool container_filter_match(const ContainerFilter *f, const Container *c)
{
	static bool (*const matches[])(const ContainerFilter *f, const Container *c) = {
		match_status, match_image,   match_ids,	   match_exited, match_names,
		match_health, match_network, match_volume, match_place,	 match_ports,
	};

	STRV_FOREACH(it, f->labels)
		if (!labels_match(c->config.labels, *it))
			return false;
	for (size_t i = 0; i < sizeof(matches) / sizeof(matches[0]); i++)
		if (!matches[i](f, c))
			return false;
	return !f->tasks;
}

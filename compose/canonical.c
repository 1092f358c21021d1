#include "compose/canonical-internal.h"

#include "libcommon/alloc.h"
#include "libcommon/log.h"
#include "libcommon/str.h"

typedef int (*Convert)(const Canonical *c, const ComposePlace *p, json_t *value, json_t **ret);

/* Puts what `convert` makes of a member into its place. */
static int convert_member(const Canonical *c, const ComposePlace *up, json_t *object,
			  const char *key, Convert convert)
{
	ComposePlace here = { .up = up, .key = key };
	json_t *value = json_object_get(object, key), *converted = NULL;
	int r;

	if (!value)
		return 0;
	r = convert(c, &here, value, &converted);
	if (r < 0)
		return r;
	if (converted != value)
		compose_position_move(c->positions, value, NULL, converted, NULL);
	(void)json_object_set_new(object, key, converted);
	return 0;
}

static int convert_items(const Canonical *c, const ComposePlace *up, json_t *object,
			 const char *key, Convert convert)
{
	ComposePlace list_place = { .up = up, .key = key };
	json_t *list = json_object_get(object, key), *item;
	size_t i;

	json_array_foreach(list, i, item) {
		ComposePlace here = { .up = &list_place, .index = i };
		json_t *converted = NULL;
		int r = convert(c, &here, item, &converted);

		if (r < 0)
			return r;
		if (converted != item)
			compose_position_move(c->positions, item, NULL, converted, NULL);
		(void)json_array_set_new(list, i, converted);
	}
	return 0;
}

/* ---- simple forms ---- */

/* A string is the member `key` of an object. */
static int string_as(const Canonical *c, const ComposePlace *p, json_t *value, const char *key,
		     json_t **ret)
{
	if (json_is_object(value))
		*ret = json_incref(value);
	else if (json_is_string(value))
		*ret = json_pack("{s:O}", key, value);
	else
		return canonical_type(c, p, "string or mapping");
	return 0;
}

static int string_list(const Canonical *c, const ComposePlace *p, json_t *value, json_t **ret)
{
	(void)c;
	(void)p;
	*ret = json_is_string(value) ? json_pack("[O]", value) : json_incref(value);
	return 0;
}

static int file_mount(const Canonical *c, const ComposePlace *p, json_t *value, json_t **ret)
{
	return string_as(c, p, value, "source", ret);
}

static int extends(const Canonical *c, const ComposePlace *p, json_t *value, json_t **ret)
{
	return string_as(c, p, value, "service", ret);
}

static int include(const Canonical *c, const ComposePlace *p, json_t *value, json_t **ret)
{
	return string_as(c, p, value, "path", ret);
}

static int gpus(const Canonical *c, const ComposePlace *p, json_t *value, json_t **ret)
{
	if (json_is_string(value))
		*ret = json_pack("[{s:s}]", "count", "all");
	else if (json_is_array(value))
		*ret = json_incref(value);
	else
		return canonical_type(c, p, "string or list");
	return 0;
}

/* ---- lists that mean mappings ---- */

/* A mapping of what `entry` makes of each string of a list. */
static int keyed(const Canonical *c, const ComposePlace *p, json_t *list, json_t **ret,
		 int (*entry)(const Canonical *c, const ComposePlace *p, json_t *map, json_t *item))
{
	cleanup_json json_t *map = json_object();
	json_t *item;
	size_t i;

	if (!json_is_array(list)) {
		*ret = json_incref(list);
		return 0;
	}
	json_array_foreach(list, i, item) {
		ComposePlace here = { .up = p, .index = i };
		int r = json_is_string(item) ? entry(c, &here, map, item)
					     : canonical_type(c, &here, "string");

		if (r < 0)
			return r;
	}
	*ret = steal(&map);
	return 0;
}

static int network_entry(const Canonical *c, const ComposePlace *p, json_t *map, json_t *item)
{
	(void)p;
	(void)json_object_set_new(map, json_string_value(item), json_null());
	compose_position_move(c->positions, item, NULL, map, json_string_value(item));
	return 0;
}

static int networks(const Canonical *c, const ComposePlace *p, json_t *value, json_t **ret)
{
	return keyed(c, p, value, ret, network_entry);
}

static int dependency_entry(const Canonical *c, const ComposePlace *p, json_t *map, json_t *item)
{
	json_t *dependency = json_pack("{s:s, s:b}", "condition", "service_started", "required", 1);

	(void)p;
	(void)json_object_set_new(map, json_string_value(item), dependency);
	compose_position_move(c->positions, item, NULL, map, json_string_value(item));
	return 0;
}

static int depends_on(const Canonical *c, const ComposePlace *p, json_t *value, json_t **ret)
{
	const char *name;
	json_t *dependency;

	if (!json_is_array(value) && !json_is_object(value))
		return canonical_type(c, p, "list or mapping");
	json_object_foreach(value, name, dependency) {
		ComposePlace here = { .up = p, .key = name };

		if (!json_is_object(dependency))
			return canonical_type(c, &here, "mapping");
		if (!json_object_get(dependency, "condition"))
			canonical_set(dependency, "condition", "service_started");
		if (!json_object_get(dependency, "required"))
			(void)json_object_set_new(dependency, "required", json_true());
	}
	return keyed(c, p, value, ret, dependency_entry);
}

static int ssh_entry(const Canonical *c, const ComposePlace *p, json_t *map, json_t *item)
{
	const char *text = json_string_value(item), *end = strchrnul(text, '=');
	cleanup_free char *id = xstrndup(text, (size_t)(end - text));

	if (!*end && !streq(id, "default"))
		return compose_fail(&c->walk, p, "invalid ssh key \"%s\"", id);
	return json_object_set_new(map, id, *end ? json_string(end + 1) : json_null());
}

static int ssh(const Canonical *c, const ComposePlace *p, json_t *value, json_t **ret)
{
	if (!json_is_array(value) && !json_is_object(value))
		return canonical_type(c, p, "list or mapping");
	return keyed(c, p, value, ret, ssh_entry);
}

static int context_entry(const Canonical *c, const ComposePlace *p, json_t *map, json_t *item)
{
	const char *text = json_string_value(item), *end = strchr(text, '=');
	cleanup_free char *place = compose_place_text(p->up), *key = NULL;

	if (!end)
		return compose_fail(&c->walk, p, "%s: invalid value %s, expected key=value", place,
				    text);
	key = xstrndup(text, (size_t)(end - text));
	return json_object_set_new(map, key, json_string(end + 1));
}

static int contexts(const Canonical *c, const ComposePlace *p, json_t *value, json_t **ret)
{
	const json_t *item;
	size_t i;

	json_array_foreach(value, i, item) {
		if (c->lenient && json_is_string(item) && !strchr(json_string_value(item), '=')) {
			*ret = json_incref(value);
			return 0;
		}
	}
	return keyed(c, p, value, ret, context_entry);
}

/* ---- services ---- */

static int env_file(const Canonical *c, const ComposePlace *p, json_t *value, json_t **ret)
{
	int r = string_as(c, p, value, "path", ret);

	if (r >= 0 && !json_object_get(*ret, "required"))
		(void)json_object_set_new(*ret, "required", json_true());
	return r;
}

static int build(const Canonical *c, const ComposePlace *p, json_t *value, json_t **ret)
{
	int r = string_as(c, p, value, "context", ret);

	if (r >= 0)
		r = convert_items(c, p, *ret, "secrets", file_mount);
	if (r >= 0)
		r = convert_member(c, p, *ret, "additional_contexts", contexts);
	if (r >= 0)
		r = convert_member(c, p, *ret, "ssh", ssh);
	if (r < 0)
		json_decref(*ret);
	return r;
}

static int service(const Canonical *c, const ComposePlace *p, json_t *value)
{
	static const struct {
		const char *key;
		Convert whole, item;
	} keys[] = {
		{ "build", build, NULL },
		{ "depends_on", depends_on, NULL },
		{ "env_file", string_list, env_file },
		{ "label_file", string_list, NULL },
		{ "extends", extends, NULL },
		{ "gpus", gpus, NULL },
		{ "networks", networks, NULL },
		{ "dns", string_list, NULL },
		{ "ports", canonical_ports, NULL },
		{ "volumes", NULL, canonical_volume },
		{ "devices", NULL, canonical_device },
		{ "secrets", NULL, file_mount },
		{ "configs", NULL, file_mount },
	};
	int r = 0;

	for (size_t i = 0; r >= 0 && i < sizeof(keys) / sizeof(*keys); i++) {
		if (keys[i].whole)
			r = convert_member(c, p, value, keys[i].key, keys[i].whole);
		if (r >= 0 && keys[i].item)
			r = convert_items(c, p, value, keys[i].key, keys[i].item);
	}
	return r;
}

/* ---- the top level ---- */

/* `external: {name: X}` is `external: true` and `name: X`. */
static int resource(const Canonical *c, const ComposePlace *p, json_t *value)
{
	json_t *external = json_object_get(value, "external"), *name;
	cleanup_free char *place = compose_place_text(p);
	cleanup_json json_t *kept = NULL;

	if (!json_is_object(external))
		return 0;
	kept = json_incref(external);
	(void)json_object_set_new(value, "external", json_true());
	name = json_object_get(kept, "name");
	if (!name)
		return 0;
	log_warning("%s: external.name is deprecated. Please set name and external: true", place);
	if (!json_object_get(value, "name"))
		return json_object_set(value, "name", name);
	if (json_equal(json_object_get(value, "name"), name))
		return 0;
	return compose_fail(&c->walk, p, "%s: name and external.name conflict; only use name",
			    place);
}

static int each(const Canonical *c, json_t *tree, const char *key,
		int (*entry)(const Canonical *c, const ComposePlace *p, json_t *value))
{
	ComposePlace root = { 0 }, up = { .up = &root, .key = key };
	json_t *map = json_object_get(tree, key), *value;
	const char *name;
	int r = 0;

	json_object_foreach(map, name, value) {
		ComposePlace here = { .up = &up, .key = name };

		if (json_is_object(value))
			r = entry(c, &here, value);
		if (r < 0)
			return r;
	}
	return 0;
}

int compose_canonical(json_t *tree, ComposePositions *positions, bool lenient, Error **err)
{
	static const char *const resources[] = { "volumes", "networks", "secrets", "configs" };
	Canonical c = { .walk = { .root = tree, .positions = positions, .err = err },
			.positions = positions,
			.lenient = lenient };
	ComposePlace root = { 0 };
	int r = each(&c, tree, "services", service);

	for (size_t i = 0; r >= 0 && i < sizeof(resources) / sizeof(*resources); i++)
		r = each(&c, tree, resources[i], resource);
	if (r >= 0)
		r = convert_items(&c, &root, tree, "include", include);
	return r;
}

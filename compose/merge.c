#include "compose/merge.h"

#include "compose/pattern.h"
#include "libcommon/alloc.h"
#include "libcommon/cli/template.h"
#include "libcommon/str.h"

typedef struct Merge {
	KeyPath path;
	ComposePositions *positions;
	Error **err;
} Merge;

/* Merges `over` into `base` and returns a new reference to the result, which may be either of
 * them; a failure may leave one, too. */
typedef int (*Rule)(Merge *m, json_t *base, json_t *over, json_t **ret);

static int fail_override(const Merge *m)
{
	cleanup_free char *path = key_path_text(&m->path);

	return error_set(m->err, EINVAL, "cannot override %s", path);
}

static int merge_value(Merge *m, json_t *base, json_t *over, json_t **ret);

/* ---- mappings ---- */

static int merge_member(Merge *m, json_t *base, const char *key, json_t *over, json_t *value)
{
	json_t *old = json_object_get(base, key);
	cleanup_json json_t *merged = NULL;
	int r = 0;

	if (!old || startswith(key, "x-")) {
		merged = json_incref(value);
	} else {
		key_path_push(&m->path, key);
		r = merge_value(m, old, value, &merged);
		key_path_pop(&m->path);
	}
	if (r < 0)
		return r;
	if (merged != old)
		compose_position_move(m->positions, over, key, base, key);
	(void)json_object_set(base, key, merged);
	return 0;
}

static int merge_objects(Merge *m, json_t *base, json_t *over)
{
	const char *key;
	json_t *value;
	int r = 0;

	json_object_foreach(over, key, value) {
		r = merge_member(m, base, key, over, value);
		if (r < 0)
			break;
	}
	return r;
}

/* ---- conversions ---- */

/* An object as compose merges it, of a list of keys; NULL for anything else. `make` gives the value
 * of a key. */
static json_t *to_mapping(const Merge *m, json_t *value, json_t *(*make)(void))
{
	json_t *object, *item;
	size_t i;

	if (json_is_object(value))
		return json_incref(value);
	if (!json_is_array(value) && !json_is_null(value))
		return NULL;
	object = json_object();
	json_array_foreach(value, i, item) {
		if (!json_is_string(item)) {
			json_decref(object);
			return NULL;
		}
		(void)json_object_set_new(object, json_string_value(item), make());
		compose_position_move(m->positions, item, NULL, object, json_string_value(item));
	}
	return object;
}

static void add_pair(const Merge *m, json_t *list, const json_t *object, const char *key,
		     const json_t *value)
{
	cleanup_strbuf Strbuf text = STRBUF_INIT;
	json_t *item;

	strbuf_adds(&text, key);
	if (!json_is_null(value)) {
		strbuf_addc(&text, '=');
		value_print(&text, value);
	}
	item = json_string_lossy(text.data, text.len);
	compose_position_move(m->positions, object, key, item, NULL);
	(void)json_array_append_new(list, item);
}

static int compare_strings(const void *a, const void *b)
{
	return strcmp(json_string_value(*(json_t *const *)a),
		      json_string_value(*(json_t *const *)b));
}

/* A list of strings, sorted. */
static json_t *sorted(const json_t *list)
{
	size_t n = json_array_size(list);
	json_t **items = xnew(json_t *, n + 1), *out = json_array();

	for (size_t i = 0; i < n; i++)
		items[i] = json_array_get(list, i);
	qsort(items, n, sizeof(*items), compare_strings);
	for (size_t i = 0; i < n; i++)
		(void)json_array_append(out, items[i]);
	free(items);
	return out;
}

/* A list as compose merges it: KEY=VALUE of an object, sorted; of a string itself. Everything else
 * is an empty list. */
static json_t *to_list(const Merge *m, json_t *value)
{
	cleanup_json json_t *list = json_array();
	const char *key;
	json_t *item, *one;
	size_t i;

	if (json_is_array(value))
		return json_incref(value);
	if (json_is_string(value))
		(void)json_array_append(list, value);
	json_object_foreach(value, key, item) {
		if (!json_is_array(item))
			add_pair(m, list, value, key, item);
		json_array_foreach(item, i, one)
			add_pair(m, list, value, key, one);
	}
	return json_is_object(value) ? sorted(list) : steal(&list);
}

/* ---- rules ---- */

static int rule_replace(Merge *m, json_t *base, json_t *over, json_t **ret)
{
	(void)m;
	(void)base;
	*ret = json_incref(over);
	return 0;
}

static int rule_list(Merge *m, json_t *base, json_t *over, json_t **ret)
{
	cleanup_json json_t *more = to_list(m, over), *first = to_list(m, base);

	*ret = json_array();
	(void)json_array_extend(*ret, first);
	(void)json_array_extend(*ret, more);
	return 0;
}

static bool contains(const json_t *list, const json_t *value)
{
	json_t *item;
	size_t i;

	json_array_foreach((json_t *)list, i, item)
		if (json_equal(item, value))
			return true;
	return false;
}

static int rule_hosts(Merge *m, json_t *base, json_t *over, json_t **ret)
{
	cleanup_json json_t *first = to_list(m, base), *more = to_list(m, over);
	json_t *item;
	size_t i;

	*ret = json_array();
	(void)json_array_extend(*ret, first);
	json_array_foreach(more, i, item)
		if (!contains(first, item))
			(void)json_array_append(*ret, item);
	return 0;
}

static int merge_mappings(Merge *m, json_t *base, json_t *over, json_t *(*make)(void), json_t **ret)
{
	cleanup_json json_t *first = to_mapping(m, base, make), *more = to_mapping(m, over, make);
	int r;

	if (!first || !more)
		return fail_override(m);
	r = merge_objects(m, first, more);
	if (r >= 0)
		*ret = steal(&first);
	return r;
}

static json_t *make_dependency(void)
{
	return json_pack("{s:s, s:b}", "condition", "service_started", "required", 1);
}

static int rule_dependencies(Merge *m, json_t *base, json_t *over, json_t **ret)
{
	return merge_mappings(m, base, over, make_dependency, ret);
}

static int rule_networks(Merge *m, json_t *base, json_t *over, json_t **ret)
{
	return merge_mappings(m, base, over, json_null, ret);
}

static json_t *to_build(const Merge *m, json_t *value)
{
	json_t *object;

	if (!json_is_string(value))
		return to_mapping(m, value, json_null);
	object = json_object();
	(void)json_object_set(object, "context", value);
	compose_position_move(m->positions, value, NULL, object, "context");
	return object;
}

static int rule_build(Merge *m, json_t *base, json_t *over, json_t **ret)
{
	cleanup_json json_t *first = to_build(m, base), *more = to_build(m, over);
	int r;

	if (!first || !more)
		return fail_override(m);
	r = merge_objects(m, first, more);
	if (r >= 0)
		*ret = steal(&first);
	return r;
}

/* The options of one driver mean nothing to another. */
static int rule_logging(Merge *m, json_t *base, json_t *over, json_t **ret)
{
	const json_t *a = json_object_get(base, "driver"), *b = json_object_get(over, "driver");

	if (json_is_null(over))
		return *ret = json_incref(base), 0;
	if (!json_is_object(base) || !json_is_object(over))
		return fail_override(m);
	if (a && b && !json_equal(a, b))
		return rule_replace(m, base, over, ret);
	*ret = json_incref(base);
	return merge_objects(m, base, over);
}

static json_t *find_subnet(const json_t *pools, const json_t *pool)
{
	const json_t *subnet = json_object_get(pool, "subnet");
	json_t *item;
	size_t i;

	json_array_foreach((json_t *)pools, i, item) {
		const json_t *other = json_object_get(item, "subnet");

		if (subnet == other || json_equal(subnet, other))
			return item;
	}
	return NULL;
}

/* Pools of one subnet are merged, the others follow. */
static int rule_pools(Merge *m, json_t *base, json_t *over, json_t **ret)
{
	cleanup_json json_t *pools = json_array();
	json_t *pool, *same;
	size_t i;
	int r = 0;

	if (json_is_null(over))
		return *ret = json_incref(base), 0;
	if (!json_is_array(base) || !json_is_array(over))
		return fail_override(m);
	(void)json_array_extend(pools, base);
	json_array_foreach(over, i, pool) {
		same = find_subnet(pools, pool);
		if (!same || !json_is_object(pool))
			(void)json_array_append(pools, pool);
		else
			r = merge_objects(m, same, pool);
		if (r < 0)
			return r;
	}
	*ret = steal(&pools);
	return 0;
}

/* clang-format off */
static const struct {
	const char *pattern;
	Rule rule;
} rules[] = {
	{ "networks.*.ipam.config", rule_pools },
	{ "networks.*.labels", rule_list },
	{ "volumes.*.labels", rule_list },
	{ "services.*.annotations", rule_list },
	{ "services.*.build", rule_build },
	{ "services.*.build.args", rule_list },
	{ "services.*.build.additional_contexts", rule_list },
	{ "services.*.build.extra_hosts", rule_hosts },
	{ "services.*.build.labels", rule_list },
	{ "services.*.command", rule_replace },
	{ "services.*.depends_on", rule_dependencies },
	{ "services.*.deploy.labels", rule_list },
	{ "services.*.dns", rule_list },
	{ "services.*.dns_opt", rule_list },
	{ "services.*.dns_search", rule_list },
	{ "services.*.entrypoint", rule_replace },
	{ "services.*.env_file", rule_list },
	{ "services.*.label_file", rule_list },
	{ "services.*.environment", rule_list },
	{ "services.*.extra_hosts", rule_hosts },
	{ "services.*.healthcheck.test", rule_replace },
	{ "services.*.labels", rule_list },
	{ "services.*.logging", rule_logging },
	{ "services.*.networks", rule_networks },
	{ "services.*.sysctls", rule_list },
	{ "services.*.tmpfs", rule_list },
	{ "services.*.ulimits.*", rule_replace },
};
/* clang-format on */

static Rule find_rule(const KeyPath *path)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		if (key_path_matches(path, rules[i].pattern))
			return rules[i].rule;
	return NULL;
}

static int merge_value(Merge *m, json_t *base, json_t *over, json_t **ret)
{
	Rule rule = find_rule(&m->path);

	if (rule)
		return rule(m, base, over, ret);
	if (json_is_null(over)) {
		*ret = json_incref(base);
		return 0;
	}
	if (json_is_object(base) || json_is_array(base)) {
		if (json_typeof(over) != json_typeof(base))
			return fail_override(m);
		*ret = json_incref(base);
		return json_is_object(base) ? merge_objects(m, base, over)
					    : json_array_extend(base, over);
	}
	*ret = json_incref(over);
	return 0;
}

int compose_merge(json_t *base, json_t *over, ComposePositions *positions, Error **err)
{
	Merge m = { .positions = positions, .err = err };

	return merge_objects(&m, base, over);
}

int compose_merge_service(json_t *base, json_t *over, ComposePositions *positions, Error **err)
{
	Merge m = { .positions = positions, .err = err };

	key_path_push(&m.path, "services");
	key_path_push(&m.path, "x");
	return merge_objects(&m, base, over);
}

/* ---- !reset, !override ---- */

static void reset_path(json_t *tree, const json_t *path)
{
	size_t n = json_array_size(path);
	const char *last = n ? json_string_value(json_array_get(path, n - 1)) : NULL;

	/* Items of lists cannot be reset. */
	for (size_t i = 0; tree && i + 1 < n; i++)
		tree = json_object_get(tree, json_string_value(json_array_get(path, i)));
	if (last && json_is_object(tree))
		(void)json_object_del(tree, last);
}

void compose_merge_reset(json_t *tree, const json_t *paths)
{
	json_t *path;
	size_t i;

	json_array_foreach((json_t *)paths, i, path)
		reset_path(tree, path);
}

#include "compose/merge.h"

#include "compose/pattern.h"
#include "libcommon/alloc.h"
#include "libcommon/cli/template.h"
#include "libcommon/str.h"

/* What an item of a list is known by: of two items with one key the later one takes the place of
 * the earlier one. `path` is the item's, for errors. */
typedef int (*Indexer)(const json_t *item, const char *path, char **ret, Error **err);

static const char *go_type(const json_t *v)
{
	switch (json_typeof(v)) {
	case JSON_INTEGER:
		return "int";
	case JSON_REAL:
		return "float64";
	case JSON_TRUE:
	case JSON_FALSE:
		return "bool";
	case JSON_OBJECT:
		return "map[string]interface {}";
	case JSON_ARRAY:
		return "[]interface {}";
	default:
		return "<nil>";
	}
}

/* NAME of NAME=value. */
static int index_name(const json_t *item, const char *path, char **ret, Error **err)
{
	const char *s = json_string_value(item);

	if (!s)
		return error_set(err, EINVAL, "%s: unexpected type %s", path, go_type(item));
	*ret = xstrndup(s, strcspn(s, "="));
	return 0;
}

/* The target of an object, or -EINVAL. */
static int index_target(const json_t *item, const char *path, const char *what, char **ret,
			Error **err)
{
	const char *target = json_string_value(json_object_get(item, "target"));

	if (!target)
		return error_set(err, EINVAL, "service %s %s is missing a mount target", what,
				 path);
	*ret = xstrdup(target);
	return 0;
}

/* A short volume is split at colons, except behind a drive's letter; the second part is its target,
 * or the only one. */
static int index_short_volume(const char *s, char **ret, Error **err)
{
	cleanup_strv char **parts = NULL;
	const char *start = s;

	if (!*s)
		return error_set(err, EINVAL, "invalid empty volume spec");
	for (const char *at = s;; at++) {
		bool drive = *at == ':' && at == start + 1 && strlen(s) > 2 &&
			     ((*start | 0x20) >= 'a' && (*start | 0x20) <= 'z');

		if ((*at && *at != ':') || drive)
			continue;
		if (at == start && strlen(s) > 2)
			return error_set(err, EINVAL,
					 "invalid spec: %s: empty section between colons", s);
		strv_push(&parts, xstrndup(start, (size_t)(at - start)));
		start = at + 1;
		if (!*at)
			break;
		if (strv_length(parts) == 3)
			return error_set(err, EINVAL, "invalid spec: %s: too many colons", s);
	}
	*ret = xstrdup(parts[1] ? parts[1] : parts[0]);
	return 0;
}

static int index_volume(const json_t *item, const char *path, char **ret, Error **err)
{
	if (json_is_object(item))
		return index_target(item, path, "volume", ret, err);
	if (json_is_string(item))
		return index_short_volume(json_string_value(item), ret, err);
	*ret = xstrdup("");
	return 0;
}

static int index_device(const json_t *item, const char *path, char **ret, Error **err)
{
	const char *s = json_string_value(item), *colon = s ? strchr(s, ':') : NULL;

	if (json_is_object(item))
		return index_target(item, path, "device", ret, err);
	*ret = !s ? xstrdup("") : colon ? xstrndup(colon + 1, strcspn(colon + 1, ":")) : xstrdup(s);
	return 0;
}

static int index_exposed(const json_t *item, const char *path, char **ret, Error **err)
{
	cleanup_strbuf Strbuf text = STRBUF_INIT;

	value_print(&text, item);
	if (!json_is_string(item) && !json_is_integer(item))
		return error_set(err, EINVAL, "%s: unsupported expose value %s", path, text.data);
	*ret = strbuf_steal(&text);
	return 0;
}

/* A secret or a config: its target, by default its name below `dir`. */
static int index_mount(const json_t *item, const char *path, const char *dir, char **ret,
		       Error **err)
{
	const json_t *target = json_object_get(item, "target");
	cleanup_strbuf Strbuf text = STRBUF_INIT;

	if (!json_is_string(item) && !json_is_object(item))
		return error_set(err, EINVAL, "%s: unsupported expose value %s", path,
				 go_type(item));
	if (json_is_string(item)) {
		strbuf_addf(&text, "%s/%s", dir, json_string_value(item));
	} else if (target) {
		value_print(&text, target);
	} else {
		strbuf_addf(&text, "%s/", dir);
		if (json_object_get(item, "source"))
			value_print(&text, json_object_get(item, "source"));
	}
	*ret = strbuf_steal(&text);
	return 0;
}

static int index_config(const json_t *item, const char *path, char **ret, Error **err)
{
	return index_mount(item, path, "", ret, err);
}

static int index_secret(const json_t *item, const char *path, char **ret, Error **err)
{
	return index_mount(item, path, "/run/secrets", ret, err);
}

static void add_member(Strbuf *text, const json_t *item, const char *key, const char *missing)
{
	const json_t *v = json_object_get(item, key);

	if (v)
		value_print(text, v);
	else
		strbuf_adds(text, missing);
	/* 80 and "80" are different to compose. */
	if (json_is_integer(v))
		strbuf_addc(text, 'i');
}

static int index_port(const json_t *item, const char *path, char **ret, Error **err)
{
	cleanup_strbuf Strbuf text = STRBUF_INIT;

	if (!json_is_object(item)) {
		if (!json_is_null(item))
			value_print(&text, item);
		*ret = strbuf_steal(&text);
		return 0;
	}
	if (!json_object_get(item, "target"))
		return error_set(err, EINVAL, "service ports %s is missing a target port", path);
	add_member(&text, item, "host_ip", "0.0.0.0");
	strbuf_addc(&text, ':');
	add_member(&text, item, "published", "");
	strbuf_addc(&text, ':');
	add_member(&text, item, "target", "");
	strbuf_addc(&text, '/');
	add_member(&text, item, "protocol", "tcp");
	*ret = strbuf_steal(&text);
	return 0;
}

static int index_env_file(const json_t *item, const char *path, char **ret, Error **err)
{
	const char *s = json_is_object(item) ? json_string_value(json_object_get(item, "path"))
					     : json_string_value(item);

	if (!s && json_is_object(item))
		return error_set(err, EINVAL, "environment path attribute %s is missing", path);
	*ret = xstrdup(s ? s : "");
	return 0;
}

/* clang-format off */
static const struct {
	const char *pattern;
	Indexer index;
} indexers[] = {
	{ "networks.*.labels", index_name },
	{ "networks.*.ipam.options", index_name },
	{ "services.*.annotations", index_name },
	{ "services.*.build.args", index_name },
	{ "services.*.build.additional_contexts", index_name },
	{ "services.*.build.tags", index_name },
	{ "services.*.build.labels", index_name },
	{ "services.*.cap_add", index_name },
	{ "services.*.cap_drop", index_name },
	{ "services.*.configs", index_config },
	{ "services.*.deploy.labels", index_name },
	{ "services.*.devices", index_device },
	{ "services.*.dns", index_name },
	{ "services.*.dns_opt", index_name },
	{ "services.*.dns_search", index_name },
	{ "services.*.environment", index_name },
	{ "services.*.env_file", index_env_file },
	{ "services.*.expose", index_exposed },
	{ "services.*.labels", index_name },
	{ "services.*.links", index_name },
	{ "services.*.networks.*.aliases", index_name },
	{ "services.*.networks.*.link_local_ips", index_name },
	{ "services.*.ports", index_port },
	{ "services.*.profiles", index_name },
	{ "services.*.secrets", index_secret },
	{ "services.*.sysctls", index_name },
	{ "services.*.tmpfs", index_name },
	{ "services.*.volumes", index_volume },
};
/* clang-format on */

static Indexer find_indexer(const KeyPath *path)
{
	for (size_t i = 0; i < sizeof(indexers) / sizeof(*indexers); i++)
		if (key_path_matches(path, indexers[i].pattern))
			return indexers[i].index;
	return NULL;
}

static int unique_list(const KeyPath *path, json_t *list, Indexer index, json_t **ret, Error **err)
{
	cleanup_json json_t *kept = json_array(), *places = json_object();
	json_t *item, *place;
	size_t i;

	json_array_foreach(list, i, item) {
		cleanup_free char *dotted = key_path_text(path), *key = NULL;
		cleanup_free char *at = xasprintf("%s.[%zu]", dotted, i);
		int r = index(item, at, &key, err);

		if (r < 0)
			return r;
		place = json_object_get(places, key);
		if (place) {
			(void)json_array_set(kept, (size_t)json_integer_value(place), item);
			continue;
		}
		(void)json_object_set_new(places, key,
					  json_integer((json_int_t)json_array_size(kept)));
		(void)json_array_append(kept, item);
	}
	*ret = steal(&kept);
	return 0;
}

static int unique(KeyPath *path, json_t *object, Error **err)
{
	json_t *value;
	const char *key;
	void *next;
	int r = 0;

	json_object_foreach_safe(object, next, key, value)
	{
		json_t *list = NULL;
		Indexer index;

		key_path_push(path, key);
		index = json_is_array(value) ? find_indexer(path) : NULL;
		if (index)
			r = unique_list(path, value, index, &list, err);
		else if (json_is_object(value))
			r = unique(path, value, err);
		key_path_pop(path);
		if (r < 0)
			return r;
		if (list)
			(void)json_object_set_new(object, key, list);
	}
	return r;
}

int compose_merge_unique(json_t *tree, Error **err)
{
	KeyPath path = { .n = 0 };

	return unique(&path, tree, err);
}

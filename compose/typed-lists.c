/* typed-lists: lists and mappings of strings. */
#include "compose/shell-words.h"
#include "compose/typed-internal.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"

static json_t *from_strv(char *const *v)
{
	json_t *list = json_array();

	STRV_FOREACH(it, v)
		(void)json_array_append_new(list, json_string_lossy(*it, strlen(*it)));
	return list;
}

/* Calls `entry` with the text of each item. */
static int each_item(const ComposeWalk *w, const ComposePlace *p, const json_t *list, json_t *made,
		     int (*entry)(const ComposeWalk *w, const ComposePlace *p, const char *text,
				  json_t *made))
{
	const json_t *item;
	size_t i;

	json_array_foreach((json_t *)list, i, item) {
		ComposePlace here = { .up = p, .index = i };
		cleanup_free char *text = compose_value_text(item);
		int r = text ? entry(w, &here, text, made)
			     : typed_fail(w, &here, "expected a string");

		if (r < 0)
			return r;
	}
	return 0;
}

static int add_string(const ComposeWalk *w, const ComposePlace *p, const char *text, json_t *made)
{
	(void)w;
	(void)p;
	return json_array_append_new(made, json_string(text));
}

int typed_strings(const ComposeWalk *w, const ComposePlace *p, const json_t *v, json_t **ret)
{
	cleanup_json json_t *list = json_array();
	int r;

	if (json_is_string(v)) {
		*ret = json_pack("[O]", v);
		return 0;
	}
	if (!json_is_array(v))
		return typed_fail(w, p, "expected a list");
	r = each_item(w, p, v, list, add_string);
	if (r >= 0)
		*ret = steal(&list);
	return r;
}

int typed_command(const ComposeWalk *w, const ComposePlace *p, const json_t *v, json_t **ret)
{
	cleanup_strv char **words = NULL;

	if (!json_is_string(v))
		return typed_strings(w, p, v, ret);
	words = shell_words(json_string_value(v));
	if (!words)
		return typed_fail(w, p, "invalid command line string");
	*ret = from_strv(words);
	return 0;
}

int typed_test(const ComposeWalk *w, const ComposePlace *p, const json_t *v, json_t **ret)
{
	if (!json_is_string(v))
		return typed_strings(w, p, v, ret);
	*ret = json_pack("[s, O]", "CMD-SHELL", v);
	return 0;
}

/* ---- mappings ---- */

static int add_pair(const ComposeWalk *w, const ComposePlace *p, const char *text, json_t *made)
{
	const char *end = strchrnul(text, '=');
	cleanup_free char *name = xstrndup(text, (size_t)(end - text));

	(void)w;
	(void)p;
	return json_object_set_new(made, name, *end ? json_string(end + 1) : json_null());
}

int typed_env(const ComposeWalk *w, const ComposePlace *p, const json_t *v, json_t **ret)
{
	cleanup_json json_t *mapping = json_object();
	const json_t *item;
	const char *name;
	int r = 0;

	if (!json_is_array(v) && !json_is_object(v))
		return typed_fail(w, p, "expected a list or mapping");
	json_object_foreach((json_t *)v, name, item) {
		ComposePlace here = { .up = p, .key = name };
		cleanup_free char *text = compose_value_text(item);

		if (!text)
			return typed_fail(w, &here, "expected a string");
		(void)json_object_set_new(mapping, name,
					  json_is_null(item) ? json_null() : json_string(text));
	}
	if (json_is_array(v))
		r = each_item(w, p, v, mapping, add_pair);
	if (r >= 0)
		*ret = steal(&mapping);
	return r;
}

int typed_mapping(const ComposeWalk *w, const ComposePlace *p, const json_t *v, json_t **ret)
{
	int r = typed_env(w, p, v, ret);
	json_t *item;
	const char *name;
	void *next;

	if (r < 0)
		return r;
	json_object_foreach_safe(*ret, next, name, item) if (json_is_null(item))(void)
		json_object_set_new(*ret, name, json_string(""));
	return 0;
}

/* ---- hosts ---- */

static int add_host(const ComposeWalk *w, const ComposePlace *p, const char *name,
		    const char *address, char ***hosts)
{
	size_t n = strlen(address);
	cleanup_free char *problem = NULL;

	if (!*name || strpbrk(name, ":=")) {
		problem = xasprintf("bad host name '%s'", name);
		return typed_fail(w, p, problem);
	}
	if (n > 2 && address[0] == '[' && address[n - 1] == ']')
		strv_addf(hosts, "%s=%.*s", name, (int)n - 2, address + 1);
	else
		strv_addf(hosts, "%s=%s", name, address);
	return 0;
}

/* Addresses in a row are several of them. */
static int add_addresses(const ComposeWalk *w, const ComposePlace *p, const char *text,
			 char ***hosts)
{
	const char *end = strchr(text, '=');
	cleanup_strv char **addresses = NULL;
	cleanup_free char *name = NULL, *problem = NULL;
	int r = 0;

	end = end ? end : strchr(text, ':');
	if (!end) {
		problem = xasprintf("invalid additional host, missing IP: %s", text);
		return typed_fail(w, p, problem);
	}
	name = xstrndup(text, (size_t)(end - text));
	addresses = strv_split(end + 1, ',');
	for (char **it = addresses; r >= 0 && *it; it++)
		r = add_host(w, p, name, *it, hosts);
	return r;
}

static int add_named(const ComposeWalk *w, const ComposePlace *p, const char *name,
		     const json_t *addresses, char ***hosts)
{
	const json_t *item;
	size_t i;
	int r = 0;

	if (json_is_string(addresses) || json_is_null(addresses))
		return add_host(w, p, name,
				json_is_null(addresses) ? "" : json_string_value(addresses), hosts);
	json_array_foreach((json_t *)addresses, i, item) {
		cleanup_free char *text = compose_value_text(item);

		r = add_host(w, p, name, text ? text : "", hosts);
		if (r < 0)
			return r;
	}
	return 0;
}

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int typed_hosts(const ComposeWalk *w, const ComposePlace *p, const json_t *v, json_t **ret)
{
	cleanup_strv char **hosts = NULL;
	const json_t *item;
	const char *name;
	size_t i;
	int r = 0;

	json_array_foreach((json_t *)v, i, item) {
		ComposePlace here = { .up = p, .index = i };
		cleanup_free char *text = compose_value_text(item);

		r = add_addresses(w, &here, text ? text : "", &hosts);
		if (r < 0)
			return r;
	}
	json_object_foreach((json_t *)v, name, item) {
		ComposePlace here = { .up = p, .key = name };

		r = add_named(w, &here, name, item, &hosts);
		if (r < 0)
			return r;
	}
	if (hosts)
		qsort(hosts, strv_length(hosts), sizeof(*hosts), compare_strings);
	*ret = from_strv(hosts);
	return 0;
}

/* ---- keys for builds ---- */

int typed_ssh(const ComposeWalk *w, const ComposePlace *p, const json_t *v, json_t **ret)
{
	cleanup_strv char **keys = NULL;
	const json_t *path;
	const char *id;

	if (!json_is_object(v))
		return typed_fail(w, p, "expected a mapping");
	json_object_foreach((json_t *)v, id, path) {
		cleanup_free char *text = compose_value_text(path);

		if (str_empty(text))
			strv_add(&keys, id);
		else
			strv_addf(&keys, "%s: %s", id, text);
	}
	if (keys)
		qsort(keys, strv_length(keys), sizeof(*keys), compare_strings);
	*ret = from_strv(keys);
	return 0;
}

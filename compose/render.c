#include "compose/render.h"

#include <ctype.h>

#include "libcommon/alloc.h"
#include "libcommon/number-text.h"
#include "libcommon/str.h"
#include "libcommon/units.h"
#include "libcommon/yaml-write.h"

/* ---- mappings ---- */

static int compare_yaml(const void *a, const void *b)
{
	return yaml_compare_keys(*(const char *const *)a, *(const char *const *)b);
}

static int compare_json(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The keys that `wanted` takes (NULL: all), sorted. The strings are the mapping's. */
static const char **sorted_keys(const json_t *map, RenderForm form, bool (*wanted)(const char *key),
				size_t *ret_n)
{
	const char **keys = xnew0(const char *, json_object_size(map) + 1), *key;
	const json_t *value;
	size_t n = 0;

	json_object_foreach((json_t *)map, key, value)
		if (!wanted || wanted(key))
			keys[n++] = key;
	qsort(keys, n, sizeof(*keys), form == RENDER_YAML ? compare_yaml : compare_json);
	*ret_n = n;
	return keys;
}

json_t *compose_render_sorted(const json_t *map, RenderForm form,
			      json_t *(*entry)(const json_t *value, RenderForm form,
					       const void *data),
			      const void *data)
{
	size_t n;
	cleanup_free const char **keys = sorted_keys(map, form, NULL, &n);
	json_t *made = json_object();

	for (size_t i = 0; i < n; i++)
		(void)json_object_set_new(made, keys[i],
					  entry ? entry(json_object_get(map, keys[i]), form, data)
						: json_incref(json_object_get(map, keys[i])));
	return made;
}

static json_t *any_entry(const json_t *value, RenderForm form, const void *data)
{
	(void)data;
	return compose_render_any(value, form);
}

json_t *compose_render_any(const json_t *value, RenderForm form)
{
	json_t *list;
	const json_t *item;
	size_t i;

	if (json_is_object(value))
		return compose_render_sorted(value, form, any_entry, NULL);
	if (!json_is_array(value))
		return json_incref((json_t *)value);
	/* An empty list is nil in Go by now, which its YAML does not tell. */
	if (json_array_size(value) == 0 && form == RENDER_JSON)
		return json_null();
	list = json_array();
	json_array_foreach((json_t *)value, i, item)
		(void)json_array_append_new(list, compose_render_any(item, form));
	return list;
}

/* ---- single values ---- */

/* The 64 bits whose shortest text is that of the 32. */
static json_t *render_float(const json_t *value)
{
	cleanup_free char *text = number_text(json_number_value(value), 32, NUMBER_TEXT_G);

	return json_real(strtod(text, NULL));
}

static json_t *render_bytes(const json_t *value)
{
	cleanup_free char *text = xasprintf("%lld", (long long)json_integer_value(value));

	return json_string(text);
}

static json_t *render_duration(const json_t *value)
{
	cleanup_free char *text = duration_text(json_integer_value(value));

	return json_string(text);
}

/* ---- objects with forms of their own ---- */

static json_t *render_ulimit(const json_t *value, RenderForm form)
{
	const json_t *single = json_object_get(value, "single");

	if (json_integer_value(single) != 0)
		return json_incref((json_t *)single);
	return compose_render(&schema_ulimit, value, form);
}

/* A file that must be there is its path alone. */
static json_t *render_env_file(const SchemaObject *object, const json_t *value, RenderForm form)
{
	json_t *made;

	if (json_is_true(json_object_get(value, "required")))
		return json_incref(json_object_get(value, "path"));
	made = compose_render(object, value, form);
	if (form == RENDER_YAML)
		(void)json_object_del(made, "format");
	return made;
}

static json_t *map_entry(const json_t *value, RenderForm form, const void *data)
{
	const SchemaKey *key = data;

	if (key->sub == &schema_ulimit)
		return render_ulimit(value, form);
	if (json_is_null(value))
		return json_null();
	return compose_render(key->sub, value, form);
}

static json_t *render_list(const SchemaKey *key, const json_t *value, RenderForm form)
{
	json_t *list = json_array();
	const json_t *item;
	size_t i;

	json_array_foreach((json_t *)value, i, item)
		(void)json_array_append_new(list, streq(key->name, "env_file")
							  ? render_env_file(key->sub, item, form)
							  : compose_render(key->sub, item, form));
	return list;
}

/* ---- values by their kind ---- */

static json_t *render_value(const SchemaKey *key, const json_t *value, RenderForm form)
{
	switch (key->kind) {
	case SCHEMA_FLOAT:
		return render_float(value);
	case SCHEMA_BYTES:
		return render_bytes(value);
	case SCHEMA_DURATION:
		return render_duration(value);
	case SCHEMA_OBJECT:
		return compose_render(key->sub, value, form);
	case SCHEMA_LIST:
		return render_list(key, value, form);
	case SCHEMA_MAP:
		return compose_render_sorted(value, form, map_entry, key);
	default:
		return json_is_array(value) ? json_incref((json_t *)value)
					    : compose_render_any(value, form);
	}
}

static bool empty(const SchemaKey *key, const json_t *value)
{
	if (key->kind == SCHEMA_OBJECT)
		return false;
	switch (json_typeof(value)) {
	case JSON_INTEGER:
		return json_integer_value(value) == 0;
	case JSON_REAL:
		return json_real_value(value) == 0;
	case JSON_STRING:
		return json_string_length(value) == 0;
	case JSON_ARRAY:
		return json_array_size(value) == 0;
	case JSON_OBJECT:
		return json_object_size(value) == 0;
	default:
		return !json_is_true(value);
	}
}

/* What stands for a value that is not given, but printed. */
static json_t *zero(const SchemaKey *key)
{
	switch (key->kind) {
	case SCHEMA_STRING:
		return json_string("");
	case SCHEMA_BOOL:
		return json_false();
	case SCHEMA_INT:
	case SCHEMA_BYTES:
		return json_integer(0);
	case SCHEMA_OBJECT:
	case SCHEMA_MAP:
		return json_object();
	default:
		return json_null();
	}
}

static bool always(const SchemaKey *key, RenderForm form)
{
	if (key->flags & SCHEMA_YAML_ALWAYS)
		return form == RENDER_YAML;
	return key->flags & SCHEMA_ALWAYS ||
	       (form == RENDER_JSON && key->flags & SCHEMA_JSON_ALWAYS);
}

/* NULL for what is not printed. */
static json_t *render_member(const SchemaKey *key, const json_t *value, RenderForm form)
{
	cleanup_json json_t *absent = NULL;
	json_t *made;

	if (key->flags & SCHEMA_UNPRINTED)
		return NULL;
	if (!value || (empty(key, value) && !(key->flags & SCHEMA_KEEP))) {
		if (!always(key, form))
			return NULL;
		value = value ? value : (absent = zero(key));
	}
	if (json_is_null(value))
		return json_null();
	made = render_value(key, value, form);
	if (form == RENDER_JSON || !(key->flags & SCHEMA_EMBEDDED) || json_object_size(made) > 0)
		return made;
	json_decref(made);
	return NULL;
}

static bool is_extension(const char *key)
{
	return startswith(key, "x-") != NULL;
}

static void add_extensions(json_t *made, const json_t *typed, RenderForm form)
{
	size_t n;
	cleanup_free const char **keys = sorted_keys(typed, form, is_extension, &n);

	for (size_t i = 0; i < n; i++)
		(void)json_object_set_new(made, keys[i],
					  compose_render_any(json_object_get(typed, keys[i]),
							     form));
}

json_t *compose_render(const SchemaObject *object, const json_t *typed, RenderForm form)
{
	json_t *made = json_object();

	for (const SchemaKey *key = object->keys; key->name; key++) {
		json_t *member = render_member(key, json_object_get(typed, key->name), form);
		cleanup_free char *name = xstrdup(key->name);

		if (form == RENDER_JSON && key->flags & SCHEMA_CAPITAL)
			*name = (char)toupper((unsigned char)*name);
		if (member)
			(void)json_object_set_new(made, name, member);
	}
	if (form == RENDER_YAML && !object->hides_extensions)
		add_extensions(made, typed, form);
	return made;
}

#include "compose/typed-internal.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"

static int typed_value(const ComposeWalk *w, const ComposePlace *p, const SchemaKey *key,
		       const json_t *value, json_t **ret);

static const TypedConvert converters[] = {
	[SCHEMA_STRING] = typed_string,	  [SCHEMA_BOOL] = typed_bool,
	[SCHEMA_INT] = typed_int,	  [SCHEMA_FLOAT] = typed_float,
	[SCHEMA_BYTES] = typed_bytes,	  [SCHEMA_DURATION] = typed_duration,
	[SCHEMA_COUNT] = typed_count,	  [SCHEMA_STRINGS] = typed_strings,
	[SCHEMA_COMMAND] = typed_command, [SCHEMA_TEST] = typed_test,
	[SCHEMA_ENV] = typed_env,	  [SCHEMA_MAPPING] = typed_mapping,
	[SCHEMA_HOSTS] = typed_hosts,	  [SCHEMA_SSH] = typed_ssh,
};

static int typed_list(const ComposeWalk *w, const ComposePlace *p, const SchemaObject *object,
		      const json_t *value, json_t **ret)
{
	cleanup_json json_t *list = json_array();
	const json_t *item;
	size_t i;

	if (!json_is_array(value))
		return typed_fail(w, p, "expected a list");
	json_array_foreach((json_t *)value, i, item) {
		ComposePlace here = { .up = p, .index = i };
		json_t *made = NULL;
		int r = compose_typed(w, &here, object, item, &made);

		if (r < 0)
			return r;
		(void)json_array_append_new(list, made);
	}
	*ret = steal(&list);
	return 0;
}

/* An integer in a mapping of limits is both the soft and the hard one. */
static int typed_entry(const ComposeWalk *w, const ComposePlace *p, const SchemaKey *key,
		       const json_t *value, json_t **ret)
{
	json_t *single = NULL;
	int r;

	if (json_is_object(value))
		return compose_typed(w, p, key->sub, value, ret);
	if (!(key->accept & ACCEPT_VALUE_INTEGER)) {
		*ret = json_null();
		return 0;
	}
	r = typed_int(w, p, value, &single);
	if (r >= 0)
		*ret = json_pack("{s:o, s:O, s:O}", "single", single, "soft", single, "hard",
				 single);
	return r;
}

static int typed_map(const ComposeWalk *w, const ComposePlace *p, const SchemaKey *key,
		     const json_t *value, json_t **ret)
{
	cleanup_json json_t *map = json_object();
	const json_t *item;
	const char *name;

	if (!json_is_object(value))
		return typed_fail(w, p, "expected a mapping");
	json_object_foreach((json_t *)value, name, item) {
		ComposePlace here = { .up = p, .key = name };
		json_t *made = NULL;
		int r = typed_entry(w, &here, key, item, &made);

		if (r < 0)
			return r;
		(void)json_object_set_new(map, name, made);
	}
	*ret = steal(&map);
	return 0;
}

static int typed_value(const ComposeWalk *w, const ComposePlace *p, const SchemaKey *key,
		       const json_t *value, json_t **ret)
{
	switch (key->kind) {
	case SCHEMA_OBJECT:
		return compose_typed(w, p, key->sub, value, ret);
	case SCHEMA_LIST:
		return typed_list(w, p, key->sub, value, ret);
	case SCHEMA_MAP:
		return typed_map(w, p, key, value, ret);
	default:
		return converters[key->kind](w, p, value, ret);
	}
}

int compose_typed(const ComposeWalk *w, const ComposePlace *p, const SchemaObject *object,
		  const json_t *value, json_t **ret)
{
	cleanup_json json_t *made = json_object();
	const json_t *item;
	const char *name;

	if (!json_is_object(value))
		return typed_fail(w, p, "expected a mapping");
	json_object_foreach((json_t *)value, name, item) {
		ComposePlace here = { .up = p, .key = name };
		const SchemaKey *key = schema_key(object, name);
		json_t *member = NULL;
		int r = 0;

		if (!key && startswith(name, "x-"))
			member = json_incref((json_t *)item);
		else if (key && !json_is_null(item))
			r = typed_value(w, &here, key, item, &member);
		if (r < 0)
			return r;
		if (member)
			(void)json_object_set_new(made, name, member);
	}
	*ret = steal(&made);
	return 0;
}

/* schema-check: refuses what the tables of schema.h do not allow. */
#include "compose/schema-nearest.h"
#include "compose/schema.h"

#include "libcommon/alloc.h"
#include "libcommon/log.h"
#include "libcommon/str.h"

static int check_object(const ComposeWalk *w, const ComposePlace *p, const SchemaObject *object,
			const json_t *value);

const SchemaKey *schema_key(const SchemaObject *object, const char *name)
{
	for (const SchemaKey *k = object->keys; k->name; k++)
		if (streq(k->name, name))
			return k;
	return NULL;
}

/* ---- words ---- */

/* What `accept` allows, in words: "string, integer or list". */
static char *accepted_words(unsigned accept)
{
	static const struct {
		unsigned bit;
		const char *word;
	} words[] = {
		{ ACCEPT_BOOL, "boolean" },  { ACCEPT_INTEGER, "integer" },
		{ ACCEPT_NUMBER, "number" }, { ACCEPT_STRING, "string" },
		{ ACCEPT_LIST, "list" },     { ACCEPT_MAPPING, "mapping" },
		{ ACCEPT_NULL, "null" },
	};
	const char *found[sizeof(words) / sizeof(*words)];
	size_t n = 0;
	Strbuf b = STRBUF_INIT;

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (accept & words[i].bit)
			found[n++] = words[i].word;
	for (size_t i = 0; i < n; i++)
		strbuf_addf(&b, "%s%s", i == 0 ? "" : i + 1 == n ? " or " : ", ", found[i]);
	return strbuf_steal(&b);
}

static int fail_type(const ComposeWalk *w, const ComposePlace *p, unsigned accept)
{
	cleanup_free char *place = compose_place_text(p), *words = accepted_words(accept);

	return compose_fail(w, p, "%s must be a %s", place, words);
}

static int fail_unknown(const ComposeWalk *w, const ComposePlace *p, const ComposePlace *here,
			const SchemaObject *object)
{
	cleanup_free char *place = compose_place_text(p);
	const char *nearest = object ? schema_nearest(object, here->key) : NULL;

	return compose_fail(w, here, "%s%sAdditional property %s is not allowed%s%s%s", place,
			    *place ? " " : "", here->key, nearest ? ", did you mean " : "",
			    nearest ? nearest : "", nearest ? "?" : "");
}

/* ---- scalars ---- */

static int check_words(const ComposeWalk *w, const ComposePlace *p, const SchemaKey *key,
		       const char *value)
{
	cleanup_strv char **quoted = NULL;
	cleanup_free char *place = NULL, *all = NULL;

	for (const char *const *it = key->words; it && *it; it++)
		if (streq(*it, value))
			return 0;
	if (!key->words)
		return 0;
	for (const char *const *it = key->words; *it; it++)
		strv_push(&quoted, str_quote(*it));
	place = compose_place_text(p);
	all = strv_join(quoted, ", ");
	return compose_fail(w, p, "%s must be one of the following: %s", place, all);
}

static int check_range(const ComposeWalk *w, const ComposePlace *p, const SchemaKey *key,
		       json_int_t value)
{
	cleanup_free char *place = NULL;

	if (key->min == key->max || (value >= key->min && value <= key->max))
		return 0;
	place = compose_place_text(p);
	return value < key->min ? compose_fail(w, p, "%s Must be greater than or equal to %ld",
					       place, key->min)
				: compose_fail(w, p, "%s Must be less than or equal to %ld", place,
					       key->max);
}

static bool integral(double d)
{
	return d >= -9e15 && d <= 9e15 && (double)(json_int_t)d == d;
}

static bool scalar_accepted(unsigned accept, const json_t *v)
{
	switch (json_typeof(v)) {
	case JSON_STRING:
		return accept & ACCEPT_STRING;
	case JSON_INTEGER:
		return accept & (ACCEPT_INTEGER | ACCEPT_NUMBER);
	case JSON_REAL:
		return accept & ACCEPT_NUMBER ||
		       (accept & ACCEPT_INTEGER && integral(json_real_value(v)));
	case JSON_TRUE:
	case JSON_FALSE:
		return accept & ACCEPT_BOOL;
	case JSON_NULL:
		return accept & ACCEPT_NULL;
	default:
		return false;
	}
}

/* ---- lists ---- */

static int check_unique(const ComposeWalk *w, const ComposePlace *p, const json_t *list)
{
	cleanup_json json_t *seen = json_object();
	const json_t *item;
	size_t i;

	json_array_foreach((json_t *)list, i, item) {
		cleanup_free char *text = json_text(item);
		const json_t *first = json_object_get(seen, text);

		if (first) {
			cleanup_free char *place = compose_place_text(p);
			ComposePlace here = { .up = p, .index = i };

			return compose_fail(w, &here, "%s array items[%d,%zu] must be unique",
					    place, (int)json_integer_value(first), i);
		}
		(void)json_object_set_new(seen, text, json_integer((json_int_t)i));
	}
	return 0;
}

static int check_item(const ComposeWalk *w, const ComposePlace *p, const SchemaKey *key,
		      const json_t *item)
{
	unsigned accept = (key->accept & ACCEPT_ITEM_STRING ? ACCEPT_STRING : 0) |
			  (key->accept & ACCEPT_ITEM_NUMBER ? ACCEPT_NUMBER : 0) |
			  (key->accept & ACCEPT_ITEM_MAPPING ? ACCEPT_MAPPING : 0);

	if (json_is_object(item) && accept & ACCEPT_MAPPING)
		return check_object(w, p, key->sub, item);
	return scalar_accepted(accept, item) ? 0 : fail_type(w, p, accept);
}

static int check_list(const ComposeWalk *w, const ComposePlace *p, const SchemaKey *key,
		      const json_t *list)
{
	const json_t *item;
	size_t i;

	json_array_foreach((json_t *)list, i, item) {
		ComposePlace here = { .up = p, .index = i };
		int r = check_item(w, &here, key, item);

		if (r < 0)
			return r;
	}
	return key->flags & SCHEMA_UNIQUE ? check_unique(w, p, list) : 0;
}

/* ---- mappings whose keys the file chooses ---- */

static bool name_valid(const SchemaKey *key, const char *name)
{
	const char *allowed = key->flags & SCHEMA_LOWER_KEYS
				      ? "abcdefghijklmnopqrstuvwxyz"
				      : "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					"0123456789._-";

	return *name && name[strspn(name, allowed)] == '\0';
}

static int check_entry(const ComposeWalk *w, const ComposePlace *p, const SchemaKey *key,
		       const json_t *value)
{
	unsigned accept = ACCEPT_MAPPING | (key->accept & ACCEPT_VALUE_NULL ? ACCEPT_NULL : 0) |
			  (key->accept & ACCEPT_VALUE_INTEGER ? ACCEPT_INTEGER | ACCEPT_STRING : 0);

	if (json_is_object(value))
		return check_object(w, p, key->sub, value);
	return scalar_accepted(accept, value) ? 0 : fail_type(w, p, accept);
}

static int check_map(const ComposeWalk *w, const ComposePlace *p, const SchemaKey *key,
		     const json_t *map)
{
	const char *name;
	const json_t *value;

	json_object_foreach((json_t *)map, name, value) {
		ComposePlace here = { .up = p, .key = name };
		int r;

		if (!name_valid(key, name) &&
		    !(key->flags & (SCHEMA_FREE_KEYS | SCHEMA_LOWER_KEYS)))
			return fail_unknown(w, p, &here, NULL);
		r = check_entry(w, &here, key, value);
		if (r < 0)
			return r;
	}
	return 0;
}

static unsigned value_forms(unsigned accept)
{
	if (accept & ACCEPT_VALUE_SCALAR)
		return ACCEPT_STRING | ACCEPT_NUMBER | ACCEPT_BOOL | ACCEPT_NULL;
	return ACCEPT_STRING | (accept & ACCEPT_VALUE_NUMBER ? ACCEPT_NUMBER : 0) |
	       (accept & ACCEPT_VALUE_NULL ? ACCEPT_NULL : 0) |
	       (accept & ACCEPT_VALUE_LIST ? ACCEPT_LIST : 0);
}

static int check_values(const ComposeWalk *w, const ComposePlace *p, const SchemaKey *key,
			const json_t *map)
{
	static const SchemaKey strings = { .accept = ACCEPT_LIST | ACCEPT_ITEM_STRING };
	unsigned accept = value_forms(key->accept);
	const char *name;
	const json_t *value;
	int r = 0;

	json_object_foreach((json_t *)map, name, value) {
		ComposePlace here = { .up = p, .key = name };

		if (key->accept & ACCEPT_VALUE_ANY)
			continue;
		if (!*name)
			return fail_unknown(w, p, &here, NULL);
		if (json_is_array(value) && accept & ACCEPT_LIST)
			r = check_list(w, &here, &strings, value);
		else if (!scalar_accepted(accept, value))
			r = fail_type(w, &here, accept);
		if (r < 0)
			return r;
	}
	return 0;
}

/* ---- objects ---- */

static int check_mapping(const ComposeWalk *w, const ComposePlace *p, const SchemaKey *key,
			 const json_t *value)
{
	if (key->kind == SCHEMA_MAP)
		return check_map(w, p, key, value);
	if (key->sub)
		return check_object(w, p, key->sub, value);
	return check_values(w, p, key, value);
}

static int check_value(const ComposeWalk *w, const ComposePlace *p, const SchemaKey *key,
		       const json_t *value)
{
	if (key->flags & SCHEMA_NEWER) {
		cleanup_free char *place = compose_place_text(p);

		return compose_fail(w, p, "%s: newer than Compose 2.26, which racker follows",
				    place);
	}
	if (json_is_array(value) && key->accept & ACCEPT_LIST)
		return check_list(w, p, key, value);
	if (json_is_object(value) && key->accept & ACCEPT_MAPPING)
		return check_mapping(w, p, key, value);
	if (!scalar_accepted(key->accept, value))
		return fail_type(w, p, key->accept);
	if (json_is_integer(value))
		return check_range(w, p, key, json_integer_value(value));
	return json_is_string(value) ? check_words(w, p, key, json_string_value(value)) : 0;
}

static int check_required(const ComposeWalk *w, const ComposePlace *p, const SchemaObject *object,
			  const json_t *value)
{
	for (const SchemaKey *k = object->keys; k->name; k++) {
		cleanup_free char *place = NULL;

		if (!(k->flags & SCHEMA_REQUIRED) || json_object_get(value, k->name))
			continue;
		place = compose_place_text(p);
		return compose_fail(w, p, "%s %s is required", place, k->name);
	}
	return 0;
}

static int check_object(const ComposeWalk *w, const ComposePlace *p, const SchemaObject *object,
			const json_t *value)
{
	const char *name;
	const json_t *item;
	int r = 0;

	json_object_foreach((json_t *)value, name, item) {
		ComposePlace here = { .up = p, .key = name };
		const SchemaKey *key = schema_key(object, name);

		if (!key && startswith(name, "x-") && !object->no_extensions)
			continue;
		/* Rows that no form is accepted for are ours alone. */
		if (!key || !(key->accept))
			return fail_unknown(w, p, &here, object);
		r = check_value(w, &here, key, item);
		if (r < 0)
			return r;
	}
	return check_required(w, p, object, value);
}

int compose_schema_check(const json_t *tree, const ComposePositions *positions, const char *file,
			 Error **err)
{
	ComposeWalk w = { .root = tree, .positions = positions, .err = err };
	ComposePlace root = { 0 };

	(void)file;
	return check_object(&w, &root, &schema_project, tree);
}

/* json-decode: fills structs from jansson values by tables. */
#include "libcommon/json.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"

/* Where in the document we are, innermost first; only read when an error is made. */
typedef struct Place {
	const struct Place *up;
	const char *key; /* NULL: an array element */
	size_t index;
} Place;

typedef struct Decoder {
	bool strict;
	Error **err;
} Decoder;

static const char *type_name(const json_t *v)
{
	switch (json_typeof(v)) {
	case JSON_OBJECT:
		return "an object";
	case JSON_ARRAY:
		return "an array";
	case JSON_STRING:
		return "a string";
	case JSON_INTEGER:
		return "an integer";
	case JSON_REAL:
		return "a number";
	case JSON_TRUE:
	case JSON_FALSE:
		return "a boolean";
	default:
		return "null";
	}
}

static void place_write(const Place *p, Strbuf *out)
{
	if (p->up)
		place_write(p->up, out);
	if (p->key)
		strbuf_addf(out, "%s%s", out->len ? "." : "", p->key);
	else
		strbuf_addf(out, "[%zu]", p->index);
}

static int fail(const Decoder *d, const Place *p, const char *text, const char *got)
{
	cleanup_strbuf Strbuf where = STRBUF_INIT;

	place_write(p, &where);
	return error_set(d->err, EINVAL, "%s: %s%s", where.len ? where.data : "document", text,
			 got);
}

static int expected(const Decoder *d, const Place *p, const char *what, const json_t *v)
{
	cleanup_free char *text = xasprintf("expected %s, got ", what);

	return fail(d, p, text, type_name(v));
}

static int decode_struct(const Decoder *d, const Place *p, const json_t *v, const JsonType *type,
			 void *data);

static int decode_string(const Decoder *d, const Place *p, const json_t *v, const JsonField *f,
			 void *member, void *data)
{
	char **s = member;

	(void)f;
	(void)data;
	if (!json_is_string(v))
		return expected(d, p, "a string", v);
	free(*s);
	*s = xstrdup(json_string_value(v));
	return 0;
}

static int decode_int(const Decoder *d, const Place *p, const json_t *v, const JsonField *f,
		      void *member, void *data)
{
	(void)f;
	(void)data;
	if (!json_is_integer(v))
		return expected(d, p, "an integer", v);
	*(int64_t *)member = json_integer_value(v);
	return 0;
}

static int decode_double(const Decoder *d, const Place *p, const json_t *v, const JsonField *f,
			 void *member, void *data)
{
	(void)f;
	(void)data;
	if (!json_is_number(v))
		return expected(d, p, "a number", v);
	*(double *)member = json_number_value(v);
	return 0;
}

static int decode_bool(const Decoder *d, const Place *p, const json_t *v, const JsonField *f,
		       void *member, void *data)
{
	(void)f;
	(void)data;
	if (!json_is_boolean(v))
		return expected(d, p, "a boolean", v);
	*(bool *)member = json_is_true(v);
	return 0;
}

static void strv_replace(char ***v, char **with)
{
	strv_free(*v);
	*v = with;
}

static int decode_strv(const Decoder *d, const Place *p, const json_t *v, const JsonField *f,
		       void *member, void *data)
{
	cleanup_strv char **strings = xnew0(char *, json_array_size(v) + 2);

	(void)data;
	if (json_is_string(v) && f->flags & JSON_STRING_OR_ARRAY) {
		strings[0] = xstrdup(json_string_value(v));
	} else if (!json_is_array(v)) {
		return expected(d, p, "an array of strings", v);
	}
	for (size_t i = 0; i < json_array_size(v); i++) {
		const json_t *item = json_array_get(v, i);
		Place here = { .up = p, .index = i };

		if (!json_is_string(item))
			return expected(d, &here, "a string", item);
		strings[i] = xstrdup(json_string_value(item));
	}
	strv_replace(member, steal(&strings));
	return 0;
}

/* The vector's strings are made by the caller's `entry`, which returns NULL for a wrong value. */
static int decode_keys(const Decoder *d, const Place *p, const json_t *v, char ***member,
		       const char *wanted, char *(*entry)(const char *key, const json_t *value))
{
	cleanup_strv char **strings = xnew0(char *, json_object_size(v) + 1);
	const char *key;
	json_t *value;
	size_t n = 0;

	if (!json_is_object(v))
		return expected(d, p, "an object", v);
	json_object_foreach((json_t *)v, key, value) {
		Place here = { .up = p, .key = key };

		strings[n] = entry(key, value);
		if (!strings[n++])
			return expected(d, &here, wanted, value);
	}
	strv_replace(member, steal(&strings));
	return 0;
}

static char *env_entry(const char *key, const json_t *value)
{
	return json_is_string(value) ? xasprintf("%s=%s", key, json_string_value(value)) : NULL;
}

static char *name_entry(const char *key, const json_t *value)
{
	return json_is_null(value) ? xstrdup(key) : env_entry(key, value);
}

static char *set_entry(const char *key, const json_t *value)
{
	return json_is_object(value) || json_is_null(value) ? xstrdup(key) : NULL;
}

static int decode_env(const Decoder *d, const Place *p, const json_t *v, const JsonField *f,
		      void *member, void *data)
{
	(void)data;
	return decode_keys(d, p, v, member, "a string",
			   f->flags & JSON_NULL_NAMES ? name_entry : env_entry);
}

static int decode_set(const Decoder *d, const Place *p, const json_t *v, const JsonField *f,
		      void *member, void *data)
{
	(void)f;
	(void)data;
	return decode_keys(d, p, v, member, "an object", set_entry);
}

/* `n` structs with their defaults; NULL for none. */
static void *new_structs(const JsonType *type, size_t n)
{
	char *structs = n ? xcalloc(n, type->size) : NULL;

	for (size_t i = 0; type->init && i < n; i++)
		type->init(structs + i * type->size);
	return structs;
}

static int decode_object(const Decoder *d, const Place *p, const json_t *v, const JsonField *f,
			 void *member, void *data)
{
	(void)data;
	return decode_struct(d, p, v, f->sub, member);
}

static int decode_pointer(const Decoder *d, const Place *p, const json_t *v, const JsonField *f,
			  void *member, void *data)
{
	void **pointer = member;

	(void)data;
	if (!*pointer)
		*pointer = new_structs(f->sub, 1);
	return decode_struct(d, p, v, f->sub, *pointer);
}

static void items_clear(const JsonField *f, char **items, size_t *count)
{
	for (size_t i = 0; i < *count; i++) {
		char *item = *items + i * f->sub->size;

		if (f->kind == JSON_FIELD_MAP)
			free(*(char **)(item + f->key_offset));
		json_clear(f->sub, item);
	}
	free(*items);
	*items = NULL;
	*count = 0;
}

static int decode_array(const Decoder *d, const Place *p, const json_t *v, const JsonField *f,
			void *member, void *data)
{
	size_t n = json_array_size(v), *count = (size_t *)((char *)data + f->count_offset);
	char **items = member;

	if (!json_is_array(v))
		return expected(d, p, "an array", v);
	items_clear(f, items, count);
	*items = new_structs(f->sub, n);
	/* All elements count from now on, so that clearing after a failure meets zeroed ones. */
	*count = n;
	for (size_t i = 0; i < n; i++) {
		Place here = { .up = p, .index = i };
		int r = decode_struct(d, &here, json_array_get(v, i), f->sub,
				      *items + i * f->sub->size);

		if (r < 0)
			return r;
	}
	return 0;
}

static int decode_map(const Decoder *d, const Place *p, const json_t *v, const JsonField *f,
		      void *member, void *data)
{
	size_t n = json_object_size(v), *count = (size_t *)((char *)data + f->count_offset), i = 0;
	char **items = member;
	const char *key;
	json_t *value;

	if (!json_is_object(v))
		return expected(d, p, "an object", v);
	items_clear(f, items, count);
	*items = new_structs(f->sub, n);
	*count = n;
	json_object_foreach((json_t *)v, key, value) {
		char *item = *items + i++ * f->sub->size;
		Place here = { .up = p, .key = key };
		int r;

		*(char **)(item + f->key_offset) = xstrdup(key);
		/* Docker's `"net": null` is an endpoint without settings. */
		r = json_is_null(value) ? 0 : decode_struct(d, &here, value, f->sub, item);
		if (r < 0)
			return r;
	}
	return 0;
}

static int decode_raw(const Decoder *d, const Place *p, const json_t *v, const JsonField *f,
		      void *member, void *data)
{
	json_t **value = member;

	(void)d;
	(void)p;
	(void)f;
	(void)data;
	json_decref(*value);
	*value = json_incref((json_t *)v);
	return 0;
}

static int (*const decoders[])(const Decoder *d, const Place *p, const json_t *v,
			       const JsonField *f, void *member, void *data) = {
	[JSON_FIELD_STRING] = decode_string,   [JSON_FIELD_INT] = decode_int,
	[JSON_FIELD_BOOL] = decode_bool,       [JSON_FIELD_DOUBLE] = decode_double,
	[JSON_FIELD_STRV] = decode_strv,       [JSON_FIELD_ENV] = decode_env,
	[JSON_FIELD_SET] = decode_set,	       [JSON_FIELD_OBJECT] = decode_object,
	[JSON_FIELD_POINTER] = decode_pointer, [JSON_FIELD_ARRAY] = decode_array,
	[JSON_FIELD_RAW] = decode_raw,	       [JSON_FIELD_MAP] = decode_map,
};

static const JsonField *field_find(const JsonType *type, const char *name)
{
	for (const JsonField *f = type->fields; f->name; f++)
		if (streq(f->name, name))
			return f;
	return NULL;
}

static int check_keys(const Decoder *d, const Place *p, const json_t *v, const JsonType *type)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)v, key, value) {
		Place here = { .up = p, .key = key };

		if (!field_find(type, key))
			return fail(d, &here, "unknown key", "");
	}
	return 0;
}

static int decode_struct(const Decoder *d, const Place *p, const json_t *v, const JsonType *type,
			 void *data)
{
	int r = 0;

	if (!json_is_object(v))
		return expected(d, p, "an object", v);
	if (d->strict)
		r = check_keys(d, p, v, type);
	for (const JsonField *f = type->fields; r >= 0 && f->name; f++) {
		const json_t *value = json_object_get(v, f->name);
		Place here = { .up = p, .key = f->name };

		if (value && !json_is_null(value))
			r = decoders[f->kind](d, &here, value, f, (char *)data + f->offset, data);
		else if (f->flags & JSON_REQUIRED)
			r = fail(d, &here, "missing", "");
	}
	return r;
}

int json_decode(const json_t *value, const JsonType *type, void *data, Error **err)
{
	Decoder d = { .err = err };
	Place root = { .key = type->name ? type->name : "" };

	return decode_struct(&d, &root, value, type, data);
}

int json_decode_strict(const json_t *value, const JsonType *type, void *data, Error **err)
{
	Decoder d = { .strict = true, .err = err };
	Place root = { .key = type->name ? type->name : "" };

	return decode_struct(&d, &root, value, type, data);
}

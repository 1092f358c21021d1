/* json-encode: writes structs as jansson values by tables, and frees them. */
#include "libcommon/json.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"

json_t *json_string_lossy(const char *s, size_t n)
{
	cleanup_strbuf Strbuf valid = STRBUF_INIT;

	if (utf8_valid(s, n))
		return json_stringn(s, n);
	while (n > 0) {
		size_t len = utf8_length(s, n);

		if (len)
			strbuf_add(&valid, s, len);
		else
			strbuf_adds(&valid, "\xef\xbf\xbd");
		len += !len;
		s += len;
		n -= len;
	}
	return json_stringn(valid.data, valid.len);
}

static json_t *string_value(const char *s)
{
	return json_string_lossy(s, strlen(s));
}

/* An empty value: null where the table says so, else `otherwise` (whose reference is taken). */
static json_t *empty(const JsonField *f, json_t *otherwise)
{
	if (!(f->flags & JSON_NULL_EMPTY))
		return otherwise;
	json_decref(otherwise);
	return json_null();
}

static json_t *encode_strv(char *const *v)
{
	json_t *array = json_array();

	STRV_FOREACH(it, v)
		(void)json_array_append_new(array, string_value(*it));
	return array;
}

static void object_set_lossy(json_t *object, const char *key, json_t *value)
{
	json_t *name = string_value(key);

	(void)json_object_set_new(object, json_string_value(name), value);
	json_decref(name);
}

static json_t *encode_env(const JsonField *f, char *const *v)
{
	json_t *object = json_object();

	STRV_FOREACH(it, v) {
		const char *end = strchrnul(*it, '=');
		cleanup_free char *key = xstrndup(*it, (size_t)(end - *it));

		object_set_lossy(object, key,
				 !*end && f->flags & JSON_NULL_NAMES
					 ? json_null()
					 : string_value(*end ? end + 1 : ""));
	}
	return object;
}

static json_t *encode_set(char *const *v)
{
	json_t *object = json_object();

	STRV_FOREACH(it, v)
		object_set_lossy(object, *it, json_object());
	return object;
}

static json_t *encode_array(const JsonField *f, const char *items, size_t n)
{
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++)
		(void)json_array_append_new(array, json_encode(f->sub, items + i * f->sub->size));
	return array;
}

static json_t *encode_map(const JsonField *f, const char *items, size_t n)
{
	json_t *object = json_object();

	for (size_t i = 0; i < n; i++) {
		const char *item = items + i * f->sub->size;
		const char *key = *(char *const *)(item + f->key_offset);

		object_set_lossy(object, key ? key : "", json_encode(f->sub, item));
	}
	return object;
}

static json_t *encode_int(const JsonField *f, int64_t value)
{
	if ((value < 0 && f->flags & JSON_NULL_NEGATIVE) ||
	    (value == 0 && f->flags & JSON_NULL_EMPTY))
		return json_null();
	return json_integer(value);
}

static bool value_empty(const json_t *v)
{
	switch (json_typeof(v)) {
	case JSON_NULL:
	case JSON_FALSE:
		return true;
	case JSON_INTEGER:
		return json_integer_value(v) == 0;
	case JSON_REAL:
		return json_real_value(v) == 0;
	case JSON_STRING:
		return json_string_length(v) == 0;
	case JSON_ARRAY:
		return json_array_size(v) == 0;
	case JSON_OBJECT:
		return json_object_size(v) == 0;
	default:
		return false;
	}
}

static bool left_out(const JsonField *f, const json_t *value)
{
	if (f->flags & JSON_OMIT_EMPTY && value_empty(value))
		return true;
	if (f->flags & JSON_OMIT_NULL && json_is_null(value))
		return true;
	return f->flags & JSON_OMIT_NEGATIVE && json_integer_value(value) < 0;
}

/* As in Docker's habit, a vector without elements is as empty as none. */
static bool vector_empty(const JsonField *f, const void *pointer)
{
	bool vector = f->kind == JSON_FIELD_STRV || f->kind == JSON_FIELD_ENV ||
		      f->kind == JSON_FIELD_SET;

	return vector && pointer && !*(char *const *)pointer;
}

static json_t *encode_field(const JsonField *f, const void *member, const void *data)
{
	const void *pointer;

	if (f->kind == JSON_FIELD_INT)
		return encode_int(f, *(const int64_t *)member);
	if (f->kind == JSON_FIELD_DOUBLE)
		return json_real(*(const double *)member);
	if (f->kind == JSON_FIELD_BOOL)
		return json_boolean(*(const bool *)member);
	if (f->kind == JSON_FIELD_OBJECT)
		return json_encode(f->sub, member);
	pointer = *(void *const *)member;
	if (f->flags & JSON_NULL_EMPTY && vector_empty(f, pointer))
		pointer = NULL;
	switch (f->kind) {
	case JSON_FIELD_STRING:
		return pointer ? string_value(pointer) : empty(f, json_string(""));
	case JSON_FIELD_STRV:
		return pointer ? encode_strv(pointer) : empty(f, json_array());
	case JSON_FIELD_ENV:
		return pointer ? encode_env(f, pointer) : empty(f, json_object());
	case JSON_FIELD_SET:
		return pointer ? encode_set(pointer) : empty(f, json_object());
	case JSON_FIELD_POINTER:
		return pointer ? json_encode(f->sub, pointer) : json_null();
	case JSON_FIELD_ARRAY:
		return pointer ? encode_array(f, pointer,
					      *(const size_t *)((const char *)data +
								f->count_offset))
			       : empty(f, json_array());
	case JSON_FIELD_MAP:
		return pointer ? encode_map(f, pointer,
					    *(const size_t *)((const char *)data + f->count_offset))
			       : empty(f, json_object());
	default:
		return pointer ? json_incref((json_t *)pointer) : json_null();
	}
}

json_t *json_encode(const JsonType *type, const void *data)
{
	json_t *object = json_object();

	for (const JsonField *f = type->fields; f->name; f++) {
		json_t *v = encode_field(f, (const char *)data + f->offset, data);

		if (left_out(f, v))
			json_decref(v);
		else
			(void)json_object_set_new(object, f->name, v);
	}
	return object;
}

static void clear_pointed(const JsonField *f, void *pointer, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char *item = (char *)pointer + i * f->sub->size;

		if (f->kind == JSON_FIELD_MAP)
			free(*(char **)(item + f->key_offset));
		json_clear(f->sub, item);
	}
	free(pointer);
}

static void clear_field(const JsonField *f, void *member, const void *data)
{
	switch (f->kind) {
	case JSON_FIELD_INT:
	case JSON_FIELD_DOUBLE:
	case JSON_FIELD_BOOL:
		break;
	case JSON_FIELD_STRING:
		free(*(char **)member);
		break;
	case JSON_FIELD_STRV:
	case JSON_FIELD_ENV:
	case JSON_FIELD_SET:
		strv_free(*(char ***)member);
		break;
	case JSON_FIELD_OBJECT:
		json_clear(f->sub, member);
		break;
	case JSON_FIELD_POINTER:
		clear_pointed(f, *(void **)member, *(void **)member ? 1 : 0);
		break;
	case JSON_FIELD_ARRAY:
	case JSON_FIELD_MAP:
		clear_pointed(f, *(void **)member,
			      *(const size_t *)((const char *)data + f->count_offset));
		break;
	case JSON_FIELD_RAW:
		json_decref(*(json_t **)member);
		break;
	}
}

void json_clear(const JsonType *type, void *data)
{
	for (const JsonField *f = type->fields; f->name; f++)
		clear_field(f, (char *)data + f->offset, data);
	memset(data, 0, type->size);
}

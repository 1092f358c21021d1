/* template-functions: Go's and Docker's functions for templates. `and` and `or` are evaluated where
 * commands are, because they do not need all of their arguments. */
#include <ctype.h>

#include "libcommon/alloc.h"
#include "libcommon/cli/template-internal.h"
#include "libcommon/json.h"

static json_t *new_string(char *s)
{
	cleanup_free char *owned = s;

	return json_string_lossy(owned, strlen(owned));
}

static json_t *wrong_type(Error **err, const char *wanted, const json_t *got)
{
	(void)error_set(err, EINVAL, "wrong type for value; expected %s; got %s", wanted,
			value_type(got));
	return NULL;
}

/* ---- comparison ---- */

static json_t *f_not(json_t *const *args, size_t n, Error **err)
{
	(void)n;
	(void)err;
	return json_boolean(!value_truth(args[0]));
}

static bool is_basic(const json_t *v)
{
	return !json_is_object(v) && !json_is_array(v);
}

/* Below, equal or above 0; values of two kinds cannot be compared. */
static int compare(const json_t *a, const json_t *b, int *ret, Error **err)
{
	if (json_is_string(a) && json_is_string(b))
		*ret = strcmp(json_string_value(a), json_string_value(b));
	else if (json_is_integer(a) && json_is_integer(b))
		*ret = (json_integer_value(a) > json_integer_value(b)) -
		       (json_integer_value(a) < json_integer_value(b));
	else if (json_is_real(a) && json_is_real(b))
		*ret = (json_real_value(a) > json_real_value(b)) -
		       (json_real_value(a) < json_real_value(b));
	else if (json_is_boolean(a) && json_is_boolean(b))
		*ret = json_is_true(a) - json_is_true(b);
	else if (json_is_null(a) || json_is_null(b))
		*ret = !(json_is_null(a) && json_is_null(b));
	else
		return error_set(err, EINVAL, "%s",
				 is_basic(a) && is_basic(b) ? "incompatible types for comparison"
							    : "non-comparable type");
	return 0;
}

static json_t *f_eq(json_t *const *args, size_t n, Error **err)
{
	for (size_t i = 1; i < n; i++) {
		int order;

		if (compare(args[0], args[i], &order, err) < 0)
			return NULL;
		if (order == 0)
			return json_true();
	}
	return json_false();
}

static json_t *f_ne(json_t *const *args, size_t n, Error **err)
{
	json_t *equal = f_eq(args, n, err);

	return equal ? json_boolean(json_is_false(equal)) : NULL;
}

/* Only what has an order: neither booleans nor nil. */
static int order(json_t *const *args, int *ret, Error **err)
{
	if (json_is_boolean(args[0]) || json_is_null(args[0]) || json_is_null(args[1]))
		return error_set(err, EINVAL, "invalid type for comparison");
	return compare(args[0], args[1], ret, err);
}

#define ORDER_FUNCTION(name, op)                                               \
	static json_t *name(json_t *const *args, size_t n, Error **err)        \
	{                                                                      \
		int o;                                                         \
                                                                               \
		(void)n;                                                       \
		return order(args, &o, err) < 0 ? NULL : json_boolean(o op 0); \
	}
ORDER_FUNCTION(f_lt, <)
ORDER_FUNCTION(f_le, <=)
ORDER_FUNCTION(f_gt, >)
ORDER_FUNCTION(f_ge, >=)

/* ---- collections ---- */

static json_t *f_len(json_t *const *args, size_t n, Error **err)
{
	(void)n;
	if (json_is_string(args[0]))
		return json_integer((json_int_t)json_string_length(args[0]));
	if (json_is_array(args[0]))
		return json_integer((json_int_t)json_array_size(args[0]));
	if (json_is_object(args[0]))
		return json_integer((json_int_t)json_object_size(args[0]));
	(void)error_set(err, EINVAL, "len of type %s", value_type(args[0]));
	return NULL;
}

/* A map of strings (labels, for one) gives "" for a key that it has not, as Go's does. */
static json_t *missing_entry(const json_t *object)
{
	const char *key;
	json_t *item;

	json_object_foreach((json_t *)object, key, item)
		if (!json_is_string(item))
			return json_null();
	return json_string("");
}

static json_t *index_one(json_t *v, const json_t *key, Error **err)
{
	json_int_t i = json_integer_value(key);
	json_t *item;

	if (json_is_object(v)) {
		if (!json_is_string(key))
			return wrong_type(err, "string", key);
		item = json_object_get(v, json_string_value(key));
		return item ? json_incref(item) : missing_entry(v);
	}
	if (!json_is_array(v) && !json_is_string(v)) {
		(void)error_set(err, EINVAL,
				json_is_null(v) ? "index of untyped nil"
						: "can't index item of type %s",
				value_type(v));
		return NULL;
	}
	if (!json_is_integer(key)) {
		(void)error_set(err, EINVAL, "cannot index slice/array with type %s",
				value_type(key));
		return NULL;
	}
	if (i < 0 || (size_t)i >= (json_is_array(v) ? json_array_size(v) : json_string_length(v))) {
		(void)error_set(err, EINVAL, "index out of range: %lld", (long long)i);
		return NULL;
	}
	return json_is_array(v) ? json_incref(json_array_get(v, (size_t)i))
				: json_integer((unsigned char)json_string_value(v)[i]);
}

static json_t *f_index(json_t *const *args, size_t n, Error **err)
{
	json_t *v = json_incref(args[0]);

	for (size_t i = 1; v && i < n; i++) {
		json_t *item = index_one(v, args[i], err);

		json_decref(v);
		v = item;
	}
	return v;
}

static json_t *f_slice(json_t *const *args, size_t n, Error **err)
{
	size_t length =
		json_is_string(args[0]) ? json_string_length(args[0]) : json_array_size(args[0]);
	json_int_t from = n > 1 ? json_integer_value(args[1]) : 0;
	json_int_t to = n > 2 ? json_integer_value(args[2]) : (json_int_t)length;
	json_t *out;

	if (!json_is_string(args[0]) && !json_is_array(args[0]))
		return wrong_type(err, "string", args[0]);
	for (size_t i = 1; i < n; i++)
		if (!json_is_integer(args[i]))
			return wrong_type(err, "int", args[i]);
	if (from < 0 || to < from || (size_t)to > length) {
		(void)error_set(err, EINVAL, "index out of range: %lld", (long long)to);
		return NULL;
	}
	if (json_is_string(args[0]))
		return json_string_lossy(json_string_value(args[0]) + from, (size_t)(to - from));
	out = json_array();
	for (json_int_t i = from; i < to; i++)
		(void)json_array_append(out, json_array_get(args[0], (size_t)i));
	return out;
}

/* ---- printing ---- */

/* Blanks stand between two operands when neither is a string, for println between all. */
static json_t *print(json_t *const *args, size_t n, bool line)
{
	Strbuf out = STRBUF_INIT;

	for (size_t i = 0; i < n; i++) {
		if (i && (line || (!json_is_string(args[i]) && !json_is_string(args[i - 1]))))
			strbuf_addc(&out, ' ');
		value_print(&out, args[i]);
	}
	if (line)
		strbuf_addc(&out, '\n');
	return new_string(strbuf_steal(&out));
}

static json_t *f_print(json_t *const *args, size_t n, Error **err)
{
	(void)err;
	return print(args, n, false);
}

static json_t *f_println(json_t *const *args, size_t n, Error **err)
{
	(void)err;
	return print(args, n, true);
}

static json_t *f_printf(json_t *const *args, size_t n, Error **err)
{
	if (!json_is_string(args[0]))
		return wrong_type(err, "string", args[0]);
	return new_string(value_printf(json_string_value(args[0]), args + 1, n - 1));
}

/* ---- Docker's ---- */

static json_t *f_json(json_t *const *args, size_t n, Error **err)
{
	(void)n;
	(void)err;
	return new_string(json_text(args[0]));
}

static json_t *f_join(json_t *const *args, size_t n, Error **err)
{
	Strbuf out = STRBUF_INIT;

	(void)n;
	if (!json_is_array(args[0]))
		return wrong_type(err, "[]string", args[0]);
	if (!json_is_string(args[1]))
		return wrong_type(err, "string", args[1]);
	for (size_t i = 0; i < json_array_size(args[0]); i++) {
		if (i)
			strbuf_adds(&out, json_string_value(args[1]));
		value_print(&out, json_array_get(args[0], i));
	}
	return new_string(strbuf_steal(&out));
}

/* Between the characters, as strings.Split does for an empty separator. */
static json_t *split_characters(const char *s)
{
	json_t *out = json_array();

	for (size_t n = strlen(s), len; n > 0; n -= len, s += len) {
		len = utf8_length(s, n);
		len += !len;
		(void)json_array_append_new(out, json_string_lossy(s, len));
	}
	return out;
}

static json_t *f_split(json_t *const *args, size_t n, Error **err)
{
	const char *s = json_string_value(args[0]), *sep = json_string_value(args[1]), *end;
	json_t *out;

	(void)n;
	if (!s || !sep)
		return wrong_type(err, "string", args[s != NULL]);
	if (!*sep)
		return split_characters(s);
	out = json_array();
	for (; (end = strstr(s, sep)); s = end + strlen(sep))
		(void)json_array_append_new(out, json_string_lossy(s, (size_t)(end - s)));
	(void)json_array_append_new(out, json_string_lossy(s, strlen(s)));
	return out;
}

static json_t *map_text(json_t *const *args, int (*change)(int c, bool start), Error **err)
{
	const char *s = json_string_value(args[0]);
	char *copy;
	bool start = true;

	if (!s)
		return wrong_type(err, "string", args[0]);
	copy = xstrdup(s);
	for (char *p = copy; *p; p++) {
		bool word = isalnum((unsigned char)*p) || *p == '_' || (unsigned char)*p >= 0x80;

		if ((unsigned char)*p < 0x80)
			*p = (char)change(*p, start);
		start = !word;
	}
	return new_string(copy);
}

static int to_lower(int c, bool start)
{
	(void)start;
	return tolower(c);
}

static int to_upper(int c, bool start)
{
	(void)start;
	return toupper(c);
}

static int to_title(int c, bool start)
{
	return start ? toupper(c) : c;
}

static json_t *f_lower(json_t *const *args, size_t n, Error **err)
{
	(void)n;
	return map_text(args, to_lower, err);
}

static json_t *f_upper(json_t *const *args, size_t n, Error **err)
{
	(void)n;
	return map_text(args, to_upper, err);
}

static json_t *f_title(json_t *const *args, size_t n, Error **err)
{
	(void)n;
	return map_text(args, to_title, err);
}

#define PAD_MAX 4096

static json_t *f_pad(json_t *const *args, size_t n, Error **err)
{
	const char *s = json_string_value(args[0]);
	json_int_t before = json_integer_value(args[1]), after = json_integer_value(args[2]);

	(void)n;
	if (!s)
		return wrong_type(err, "string", args[0]);
	if (before < 0 || after < 0 || before > PAD_MAX || after > PAD_MAX) {
		(void)error_set(err, EINVAL, "pad by 0 to %d", PAD_MAX);
		return NULL;
	}
	if (!*s)
		return json_string("");
	return new_string(xasprintf("%*s%s%*s", (int)before, "", s, (int)after, ""));
}

static json_t *f_truncate(json_t *const *args, size_t n, Error **err)
{
	const char *s = json_string_value(args[0]);
	json_int_t length = json_integer_value(args[1]);

	(void)n;
	if (!s)
		return wrong_type(err, "string", args[0]);
	if (!json_is_integer(args[1]) || length < 0)
		return wrong_type(err, "int", args[1]);
	return json_string_lossy(s, (size_t)length < strlen(s) ? (size_t)length : strlen(s));
}

/* ---- table ---- */

static const TemplateFunction functions[] = {
	{ "and", 1, -1, false, NULL },
	{ "or", 1, -1, false, NULL },
	{ "not", 1, 1, false, f_not },
	{ "eq", 2, -1, false, f_eq },
	{ "ne", 2, 2, false, f_ne },
	{ "lt", 2, 2, false, f_lt },
	{ "le", 2, 2, false, f_le },
	{ "gt", 2, 2, false, f_gt },
	{ "ge", 2, 2, false, f_ge },
	{ "len", 1, 1, false, f_len },
	{ "index", 1, -1, false, f_index },
	{ "slice", 1, 3, false, f_slice },
	{ "print", 0, -1, false, f_print },
	{ "println", 0, -1, false, f_println },
	{ "printf", 1, -1, false, f_printf },
	{ "json", 1, 1, true, f_json },
	{ "join", 2, 2, true, f_join },
	{ "split", 2, 2, true, f_split },
	{ "lower", 1, 1, true, f_lower },
	{ "upper", 1, 1, true, f_upper },
	{ "title", 1, 1, true, f_title },
	{ "pad", 3, 3, true, f_pad },
	{ "truncate", 2, 2, true, f_truncate },
};

const TemplateFunction *template_function(const char *name, size_t n)
{
	for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++)
		if (strlen(functions[i].name) == n && memcmp(functions[i].name, name, n) == 0)
			return &functions[i];
	return NULL;
}

/* template-values: functions of templates that compare values, and that look into them. */
#include "libcommon/alloc.h"
#include "libcommon/cli/template-builtins.h"
#include "libcommon/json.h"

/* ---- comparison ---- */

json_t *template_not(json_t *const *args, size_t n, Error **err)
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

json_t *template_eq(json_t *const *args, size_t n, Error **err)
{
	if (n < 2) {
		(void)error_set(err, EINVAL, "missing argument for comparison");
		return NULL;
	}
	for (size_t i = 1; i < n; i++) {
		int order;

		if (compare(args[0], args[i], &order, err) < 0)
			return NULL;
		if (order == 0)
			return json_true();
	}
	return json_false();
}

json_t *template_ne(json_t *const *args, size_t n, Error **err)
{
	json_t *equal = template_eq(args, n, err);

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
	json_t *name(json_t *const *args, size_t n, Error **err)               \
	{                                                                      \
		int o;                                                         \
                                                                               \
		(void)n;                                                       \
		return order(args, &o, err) < 0 ? NULL : json_boolean(o op 0); \
	}
ORDER_FUNCTION(template_lt, <)
ORDER_FUNCTION(template_le, <=)
ORDER_FUNCTION(template_gt, >)
ORDER_FUNCTION(template_ge, >=)

/* ---- collections ---- */

json_t *template_len(json_t *const *args, size_t n, Error **err)
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
		if (!json_is_string(key)) {
			(void)error_set(err, EINVAL, "value has type %s; should be string",
					value_type(key));
			return NULL;
		}
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

json_t *template_index(json_t *const *args, size_t n, Error **err)
{
	json_t *v = json_incref(args[0]);

	for (size_t i = 1; v && i < n; i++) {
		json_t *item = index_one(v, args[i], err);

		json_decref(v);
		v = item;
	}
	return v;
}

json_t *template_slice(json_t *const *args, size_t n, Error **err)
{
	size_t length =
		json_is_string(args[0]) ? json_string_length(args[0]) : json_array_size(args[0]);
	json_int_t from = n > 1 ? json_integer_value(args[1]) : 0;
	json_int_t to = n > 2 ? json_integer_value(args[2]) : (json_int_t)length;
	json_t *out;

	if (!json_is_string(args[0]) && !json_is_array(args[0]))
		return template_wrong_type(err, "string", args[0]);
	for (size_t i = 1; i < n; i++)
		if (!json_is_integer(args[i]))
			return template_wrong_type(err, "int", args[i]);
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

/* typed-scalars: strings, numbers, sizes, durations. */
#include <math.h>
#include <strings.h>

#include "compose/typed-internal.h"

#include "libcommon/alloc.h"
#include "libcommon/log.h"
#include "libcommon/number-text.h"
#include "libcommon/str.h"
#include "libcommon/units.h"

int typed_fail(const ComposeWalk *w, const ComposePlace *p, const char *text)
{
	cleanup_free char *place = compose_place_text(p);

	return compose_fail(w, p, "%s: %s", place, text);
}

/* ---- text of values ---- */

char *compose_value_text(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_STRING:
		return xstrdup(json_string_value(value));
	case JSON_INTEGER:
		return xasprintf("%lld", (long long)json_integer_value(value));
	case JSON_REAL:
		return number_text(json_real_value(value), 64, NUMBER_TEXT_G);
	case JSON_TRUE:
		return xstrdup("true");
	case JSON_FALSE:
		return xstrdup("false");
	case JSON_NULL:
		return xstrdup("");
	default:
		return NULL;
	}
}

/* ---- values ---- */

int typed_string(const ComposeWalk *w, const ComposePlace *p, const json_t *v, json_t **ret)
{
	cleanup_free char *text = compose_value_text(v);

	if (!text)
		return typed_fail(w, p, "expected a string");
	*ret = json_string(text);
	return 0;
}

int typed_bool(const ComposeWalk *w, const ComposePlace *p, const json_t *v, json_t **ret)
{
	static const char *const old_true[] = { "y", "yes", "on" };
	static const char *const old_false[] = { "n", "no", "off" };
	const char *text = json_string_value(v);

	if (json_is_boolean(v)) {
		*ret = json_incref((json_t *)v);
		return 0;
	}
	if (!text)
		return typed_fail(w, p, "expected a boolean");
	if (strcasecmp(text, "true") == 0 || strcasecmp(text, "false") == 0) {
		*ret = json_boolean(strcasecmp(text, "true") == 0);
		return 0;
	}
	for (size_t i = 0; i < sizeof(old_true) / sizeof(*old_true); i++) {
		bool yes = strcasecmp(text, old_true[i]) == 0;

		if (!yes && strcasecmp(text, old_false[i]) != 0)
			continue;
		log_warning("\"%s\" for boolean is not supported by YAML 1.2, please use `%s`",
			    text, yes ? "true" : "false");
		*ret = json_boolean(yes);
		return 0;
	}
	return typed_fail(w, p, "invalid boolean");
}

/* -1 with *err, or 0; what has a fraction loses it. */
static int to_int(const json_t *v, int64_t *ret, Error **err)
{
	double d = json_number_value(v);

	if (json_is_string(v))
		return units_parse_decimal(json_string_value(v), ret, err);
	if (json_is_real(v) && !(fabs(d) < 9e18))
		return error_set(err, ERANGE, "value out of range");
	if (!json_is_number(v))
		return error_set(err, EINVAL, "expected an integer");
	*ret = json_is_integer(v) ? json_integer_value(v) : (int64_t)d;
	return 0;
}

static int set_int(const ComposeWalk *w, const ComposePlace *p, int r, const Error *error,
		   int64_t value, json_t **ret)
{
	if (r < 0)
		return typed_fail(w, p, error->msg);
	*ret = json_integer(value);
	return 0;
}

int typed_int(const ComposeWalk *w, const ComposePlace *p, const json_t *v, json_t **ret)
{
	cleanup_error Error *error = NULL;
	int64_t value = 0;
	int r = to_int(v, &value, &error);

	return set_int(w, p, r, error, value, ret);
}

int typed_float(const ComposeWalk *w, const ComposePlace *p, const json_t *v, json_t **ret)
{
	const char *text = json_string_value(v);
	char *end = NULL;
	float value = text ? strtof(text, &end) : (float)json_number_value(v);
	cleanup_free char *problem = NULL;

	if (text && *text && !*end && isfinite(value) && !strpbrk(text, " \t\n\r\v\f")) {
		*ret = json_real((double)value);
		return 0;
	}
	if (!text && json_is_number(v) && isfinite(value)) {
		*ret = json_real((double)value);
		return 0;
	}
	problem = xasprintf("strconv.ParseFloat: parsing \"%s\": invalid syntax", text ? text : "");
	return typed_fail(w, p, problem);
}

int typed_bytes(const ComposeWalk *w, const ComposePlace *p, const json_t *v, json_t **ret)
{
	cleanup_error Error *error = NULL;
	int64_t value = 0;
	int r = 0;

	if (json_is_string(v))
		r = units_parse_bytes(json_string_value(v), &value, &error);
	else if (json_is_integer(v))
		value = json_integer_value(v);
	return set_int(w, p, r, error, value, ret);
}

int typed_duration(const ComposeWalk *w, const ComposePlace *p, const json_t *v, json_t **ret)
{
	cleanup_free char *text = compose_value_text(v);
	cleanup_error Error *error = NULL;
	int64_t value = 0;
	int r = units_parse_duration(text ? text : "", &value, &error);

	return set_int(w, p, r, error, value, ret);
}

int typed_count(const ComposeWalk *w, const ComposePlace *p, const json_t *v, json_t **ret)
{
	const char *text = json_string_value(v);
	cleanup_free char *problem = NULL;
	int64_t value = 0;

	if (text && strcasecmp(text, "all") == 0) {
		*ret = json_integer(-1);
		return 0;
	}
	if (to_int(v, &value, NULL) >= 0) {
		*ret = json_integer(value);
		return 0;
	}
	problem = xasprintf("invalid value \"%s\", the only value allowed is 'all' or a number",
			    text ? text : "");
	return typed_fail(w, p, problem);
}

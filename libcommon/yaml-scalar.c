#include "libcommon/yaml-scalar.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/cleanup.h"
#include "libcommon/str.h"

json_t *yaml_string(const char *s, size_t n)
{
	return memchr(s, '\0', n) ? NULL : json_stringn(s, n);
}

static bool one_of(const char *s, const char *const *words)
{
	for (; *words; words++)
		if (streq(s, *words))
			return true;
	return false;
}

static bool only(const char *s, const char *digits)
{
	return *s && s[strspn(s, digits)] == '\0';
}

/* The base and the digits of an integer, or 0. */
static int integer_base(const char *s, const char **ret_digits)
{
	const char *rest;

	*ret_digits = s;
	rest = startswith(s, "0x");
	if (rest && only(rest, "0123456789abcdefABCDEF"))
		return *ret_digits = rest, 16;
	rest = startswith(s, "0o");
	if (rest && only(rest, "01234567"))
		return *ret_digits = rest, 8;
	s += *s == '-' || *s == '+';
	if (s[0] == '0' && only(s, "01234567"))
		return 8;
	return only(s, "0123456789") ? 10 : 0;
}

static json_t *integer(const char *s)
{
	const char *digits;
	int base = integer_base(s, &digits);
	long long value;

	if (!base)
		return NULL;
	errno = 0;
	value = strtoll(digits, NULL, base);
	/* What does not fit stays a number, as in Go's yaml. */
	return errno == ERANGE ? NULL : json_integer(value);
}

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )? */
static bool number_syntax(const char *s)
{
	size_t before, after = 0;

	s += *s == '-' || *s == '+';
	before = strspn(s, "0123456789");
	s += before;
	if (*s == '.') {
		after = strspn(++s, "0123456789");
		s += after;
	}
	if (before + after == 0)
		return false;
	if (*s == 'e' || *s == 'E') {
		s++;
		s += *s == '-' || *s == '+';
		return only(s, "0123456789");
	}
	return *s == '\0';
}

static json_t *number(const char *s)
{
	double value;

	if (!number_syntax(s))
		return NULL;
	value = strtod(s, NULL);
	return isfinite(value) ? json_real(value) : NULL;
}

/* Null and booleans, or NULL. */
static json_t *constant(const char *s)
{
	static const char *const nulls[] = { "", "~", "null", "Null", "NULL", NULL };
	static const char *const trues[] = { "true", "True", "TRUE", NULL };
	static const char *const falses[] = { "false", "False", "FALSE", NULL };

	if (one_of(s, nulls))
		return json_null();
	if (one_of(s, trues))
		return json_true();
	return one_of(s, falses) ? json_false() : NULL;
}

json_t *yaml_plain_scalar(const char *s)
{
	json_t *value = constant(s);

	if (!value)
		value = integer(s);
	if (!value)
		value = number(s);
	return value ? value : json_string(s);
}

/* ---- Go's ---- */

/* A copy without `_`, as Go reads numbers. */
static char *without_underscores(const char *s)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;

	for (; *s; s++)
		if (*s != '_')
			strbuf_addc(&b, *s);
	return strbuf_steal(&b);
}

/* strconv.ParseInt with base 0: 0x, 0o, 0b and 0 in front of digits choose the base, behind a sign.
 * *ret_fits is false for an integer beyond 64 bits with a sign. */
static json_t *go_integer(const char *s, bool *ret_fits)
{
	static const struct {
		const char *prefix, *digits;
		int base;
	} forms[] = {
		{ "0x", "0123456789abcdefABCDEF", 16 },
		{ "0X", "0123456789abcdefABCDEF", 16 },
		{ "0o", "01234567", 8 },
		{ "0O", "01234567", 8 },
		{ "0b", "01", 2 },
		{ "0B", "01", 2 },
		{ "0", "01234567", 8 },
		{ "", "0123456789", 10 },
	};
	bool negative = *s == '-';
	unsigned long long value;

	*ret_fits = true;
	s += *s == '-' || *s == '+';
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		const char *digits = startswith(s, forms[i].prefix);

		if (!digits || !only(digits, forms[i].digits))
			continue;
		errno = 0;
		value = strtoull(digits, NULL, forms[i].base);
		*ret_fits = errno == 0 && value <= (unsigned long long)INT64_MAX + negative;
		if (!*ret_fits)
			return NULL;
		return json_integer((json_int_t)(negative ? 0 - value : value));
	}
	return NULL;
}

static bool unsigned_64(const char *s)
{
	errno = 0;
	return only(s, "0123456789") && (strtoull(s, NULL, 10), errno == 0);
}

json_t *yaml_go_scalar(const char *s)
{
	static const char *const unlimited[] = { ".inf",  ".Inf",  ".INF",  "+.inf", "+.Inf",
						 "+.INF", "-.inf", "-.Inf", "-.INF", ".nan",
						 ".NaN",  ".NAN",  NULL };
	cleanup_free char *plain = NULL;
	json_t *value = constant(s);
	bool fits;

	if (value)
		return value;
	if (one_of(s, unlimited))
		return NULL;
	if (!strchr("0123456789+-.", *s))
		return json_string(s);
	plain = without_underscores(s);
	value = go_integer(plain, &fits);
	if (!value && !fits && unsigned_64(plain))
		return json_string(plain);
	if (!value)
		value = number(plain);
	return value ? value : json_string(s);
}

#include "libcommon/yaml-scalar.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

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

json_t *yaml_plain_scalar(const char *s)
{
	static const char *const nulls[] = { "", "~", "null", "Null", "NULL", NULL };
	static const char *const trues[] = { "true", "True", "TRUE", NULL };
	static const char *const falses[] = { "false", "False", "FALSE", NULL };
	json_t *value;

	if (one_of(s, nulls))
		return json_null();
	if (one_of(s, trues))
		return json_true();
	if (one_of(s, falses))
		return json_false();
	value = integer(s);
	if (!value)
		value = number(s);
	return value ? value : json_string(s);
}

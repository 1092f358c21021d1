#include "libcommon/units.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"

static int parse_error(Error **err, int errnum, const char *function, const char *s)
{
	cleanup_free char *quoted = str_quote(s);

	return error_set(err, errnum, "strconv.%s: parsing %s: %s", function, quoted,
			 errnum == ERANGE ? "value out of range" : "invalid syntax");
}

/* ---- booleans and integers ---- */

int units_parse_bool(const char *s, bool *ret, Error **err)
{
	static const char *const words[2][7] = {
		{ "0", "f", "F", "false", "FALSE", "False", NULL },
		{ "1", "t", "T", "true", "TRUE", "True", NULL },
	};

	for (int value = 0; value < 2; value++)
		for (const char *const *w = words[value]; *w; w++)
			if (streq(s, *w)) {
				*ret = value;
				return 0;
			}
	return parse_error(err, EINVAL, "ParseBool", s);
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'z' ? c - 'a' + 10 : 255;
}

/* Steps over a prefix for the base, as long as something follows it. */
static unsigned integer_base(const char **s)
{
	const char *p = *s;
	char letter = p[0] == '0' && p[1] && p[2] ? (char)(p[1] | 0x20) : 0;

	if (p[0] != '0')
		return 10;
	*s += letter == 'b' || letter == 'o' || letter == 'x' ? 2 : 1;
	return letter == 'b' ? 2 : letter == 'x' ? 16 : 8;
}

/* Digits with single underscores between them, or behind the base's prefix. */
static int parse_digits(const char *s, uint64_t *ret)
{
	const char *start = s;
	unsigned base = integer_base(&s);
	bool digit_before = s != start;
	uint64_t v = 0;

	if (!*s && !digit_before)
		return -EINVAL;
	for (; *s; s++) {
		unsigned digit = (unsigned)digit_value(*s);

		if (*s == '_' && digit_before && s[1]) {
			digit_before = false;
			continue;
		}
		if (digit >= base)
			return -EINVAL;
		digit_before = true;
		if (__builtin_mul_overflow(v, (uint64_t)base, &v) ||
		    __builtin_add_overflow(v, (uint64_t)digit, &v))
			return -ERANGE;
	}
	*ret = v;
	return 0;
}

int units_parse_uint(const char *s, uint64_t *ret, Error **err)
{
	int r = parse_digits(s, ret);

	return r < 0 ? parse_error(err, -r, "ParseUint", s) : 0;
}

int units_parse_int(const char *s, int64_t *ret, Error **err)
{
	bool negative = *s == '-';
	uint64_t v, limit = (uint64_t)INT64_MAX + negative;
	int r = parse_digits(s + (negative || *s == '+'), &v);

	if (r >= 0 && v > limit)
		r = -ERANGE;
	if (r < 0)
		return parse_error(err, -r, "ParseInt", s);
	*ret = negative ? (int64_t)(0 - v) : (int64_t)v;
	return 0;
}

int units_parse_decimal(const char *s, int64_t *ret, Error **err)
{
	int r = str_to_i64(s + (*s == '+' && s[1] != '-'), ret);

	return r < 0 ? parse_error(err, -r, "ParseInt", s) : 0;
}

int units_parse_decimal_uint(const char *s, uint64_t max, uint64_t *ret, Error **err)
{
	int r = str_to_u64(s, ret);

	if (r >= 0 && *ret > max)
		r = -ERANGE;
	return r < 0 ? parse_error(err, -r, "ParseUint", s) : 0;
}

/* ---- sizes ---- */

static bool float_syntax(const char *s)
{
	size_t before, after = 0, exponent;

	s += *s == '-' || *s == '+';
	before = strspn(s, "0123456789");
	s += before;
	if (*s == '.')
		after = strspn(++s, "0123456789");
	s += after;
	if (before + after == 0)
		return false;
	if (*s == 'e' || *s == 'E') {
		s++;
		s += *s == '-' || *s == '+';
		exponent = strspn(s, "0123456789");
		return exponent && !s[exponent];
	}
	return !*s;
}

/* The factor of a suffix: "", "b", "k", "kb", "kib", …; 0 for one that is none. */
static double suffix_factor(const char *suffix, unsigned base)
{
	static const char letters[] = "kmgtp";
	char c = (char)(*suffix | 0x20);
	const char *letter = strchr(letters, c);
	double factor = 1;

	if (!*suffix || (c == 'b' && !suffix[1]))
		return 1;
	if (!letter)
		return 0;
	suffix++;
	if (*suffix && strcasecmp(suffix, "b") != 0 && strcasecmp(suffix, "ib") != 0)
		return 0;
	for (const char *p = letters; p <= letter; p++)
		factor *= base;
	return factor;
}

static char *lower(const char *s)
{
	char *copy = xstrdup(s);

	for (char *p = copy; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p |= 0x20;
	return copy;
}

static int parse_size(const char *s, unsigned base, int64_t *ret, Error **err)
{
	const char *last = NULL, *suffix;
	cleanup_free char *number = NULL, *low = NULL;
	double size, factor;

	for (const char *p = s; *p; p++)
		if (strchr("0123456789. ", *p))
			last = p;
	if (!last)
		return error_set(err, EINVAL, "invalid size: '%s'", s);
	suffix = last + 1;
	number = xstrndup(s, (size_t)(last - s) + (*last != ' '));
	if (!float_syntax(number))
		return parse_error(err, EINVAL, "ParseFloat", number);
	size = strtod(number, NULL);
	if (size < 0)
		return error_set(err, EINVAL, "invalid size: '%s'", s);
	factor = suffix_factor(suffix, base);
	if (factor == 0) {
		/* A suffix that is too long is shown as it was typed. */
		low = strlen(suffix) > 3 ? xstrdup(suffix) : lower(suffix);
		return error_set(err, EINVAL, "invalid suffix: '%s'", low);
	}
	if (size * factor >= 9223372036854775808.0)
		return parse_error(err, ERANGE, "ParseFloat", number);
	*ret = (int64_t)(size * factor);
	return 0;
}

int units_parse_bytes(const char *s, int64_t *ret, Error **err)
{
	return parse_size(s, 1024, ret, err);
}

int units_parse_bytes_decimal(const char *s, int64_t *ret, Error **err)
{
	return parse_size(s, 1000, ret, err);
}

static char *size_text(double size, double base, const char *const *names, int digits)
{
	while (size >= base && names[1]) {
		size /= base;
		names++;
	}
	return xasprintf("%.*g%s", digits, size, *names);
}

char *human_size_precision(double bytes, int digits)
{
	static const char *const names[] = { "B",  "kB", "MB", "GB", "TB",
					     "PB", "EB", "ZB", "YB", NULL };

	return size_text(bytes, 1000, names, digits);
}

char *human_size(double bytes)
{
	return human_size_precision(bytes, 4);
}

char *human_size_binary(double bytes)
{
	static const char *const names[] = { "B",   "KiB", "MiB", "GiB", "TiB",
					     "PiB", "EiB", "ZiB", "YiB", NULL };

	return size_text(bytes, 1024, names, 4);
}

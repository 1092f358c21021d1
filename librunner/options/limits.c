#include "librunner/options/limits.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libcommon/units.h"
#include "librunner/options/limit-flags.h"

/* ---- CPUs ---- */

/* mantissa * 10^exponent / divisor */
typedef struct Rational {
	unsigned __int128 mantissa;
	int exponent;
	uint64_t divisor;
	bool negative;
} Rational;

/* More digits than a number of CPUs in billionths can have. */
#define MAX_DIGITS 30
#define MAX_EXPONENT 30

static bool take_digits(const char **s, Rational *q, unsigned *count, int step)
{
	size_t n = strspn(*s, "0123456789");

	for (const char *end = *s + n; *s < end; (*s)++) {
		if (q->mantissa && ++*count > MAX_DIGITS)
			return false;
		q->mantissa = q->mantissa * 10 + (unsigned)(**s - '0');
		q->exponent += step;
	}
	return true;
}

/* What follows the digits: an exponent, a divisor or nothing. */
static bool take_rest(const char *s, bool fraction, Rational *q)
{
	int64_t exponent;

	if (*s == '/' && !fraction)
		return str_to_u64(s + 1, &q->divisor) >= 0 && q->divisor > 0;
	if (*s == 'e' || *s == 'E') {
		s += 1 + (s[1] == '+');
		if (str_to_i64(s, &exponent) < 0 || exponent > MAX_EXPONENT ||
		    exponent < -MAX_EXPONENT)
			return false;
		q->exponent += (int)exponent;
		return true;
	}
	return !*s;
}

static bool rational_parse(const char *s, Rational *q)
{
	unsigned digits = 0;
	const char *start;
	bool fraction;

	*q = (Rational){ .divisor = 1, .negative = *s == '-' };
	s += *s == '-' || *s == '+';
	start = s;
	if (!take_digits(&s, q, &digits, 0))
		return false;
	fraction = *s == '.';
	if (fraction) {
		s++;
		if (!take_digits(&s, q, &digits, -1))
			return false;
	}
	if (s - start - fraction < 1)
		return false;
	return take_rest(s, fraction, q);
}

int cpus_parse(const char *text, int64_t *ret_nano, Error **err)
{
	Rational q;
	unsigned __int128 nano;

	if (!rational_parse(text, &q))
		return error_set(err, EINVAL, "failed to parse %s as a rational number", text);
	nano = q.mantissa;
	q.exponent += 9;
	for (; nano && q.exponent > 0; q.exponent--) {
		if (nano > UINT64_MAX)
			return error_set(err, ERANGE, "value is too large");
		nano *= 10;
	}
	for (; nano && q.exponent < 0; q.exponent++) {
		if (nano % 10)
			return error_set(err, EINVAL, "value is too precise");
		nano /= 10;
	}
	if (nano % q.divisor)
		return error_set(err, EINVAL, "value is too precise");
	nano /= q.divisor;
	if (nano > INT64_MAX)
		return error_set(err, ERANGE, "value is too large");
	*ret_nano = q.negative ? -(int64_t)nano : (int64_t)nano;
	return 0;
}

int memory_swap_parse(const char *text, int64_t *ret, Error **err)
{
	if (streq(text, "-1")) {
		*ret = -1;
		return 0;
	}
	return units_parse_bytes(text, ret, err);
}

static int64_t *member(const Flag *flag, void *options)
{
	return (int64_t *)(void *)((char *)options + flag->offset);
}

int cpus_flag(const Flag *flag, const char *value, void *options, Error **err)
{
	return cpus_parse(value, member(flag, options), err);
}

int memory_swap_flag(const Flag *flag, const char *value, void *options, Error **err)
{
	return memory_swap_parse(value, member(flag, options), err);
}

/* ---- ulimits ---- */

bool ulimit_name_valid(const char *name)
{
	static const char *const names[] = {
		"core",	  "cpu",   "data", "fsize",  "locks",  "memlock",    "msgqueue", "nice",
		"nofile", "nproc", "rss",  "rtprio", "rttime", "sigpending", "stack",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (streq(name, names[i]))
			return true;
	return false;
}

static int ulimit_check_order(int64_t soft, int64_t hard, Error **err)
{
	if (hard == -1)
		return 0;
	if (soft == -1)
		return error_set(err, EINVAL,
				 "ulimit soft limit must be less than or equal to hard limit: "
				 "soft: -1 (unlimited), hard: %lld",
				 (long long)hard);
	if (soft > hard)
		return error_set(
			err, EINVAL,
			"ulimit soft limit must be less than or equal to hard limit: %lld > %lld",
			(long long)soft, (long long)hard);
	return 0;
}

int ulimit_parse(const char *text, Ulimit *ret, Error **err)
{
	const char *equals = strchr(text, '=');
	cleanup_free char *name = equals ? xstrndup(text, (size_t)(equals - text)) : NULL;
	cleanup_strv char **values = equals ? strv_split(equals + 1, ':') : NULL;
	int64_t soft, hard;
	int r;

	if (!equals)
		return error_set(err, EINVAL, "invalid ulimit argument: %s", text);
	if (!ulimit_name_valid(name))
		return error_set(err, EINVAL, "invalid ulimit type: %s", name);
	if (strv_length(values) > 2)
		return error_set(err, EINVAL,
				 "too many limit value arguments - %s, can only have up to two, "
				 "`soft[:hard]`",
				 equals + 1);
	r = units_parse_decimal(values[0], &soft, err);
	hard = soft;
	if (r >= 0 && values[1])
		r = units_parse_decimal(values[1], &hard, err);
	if (r >= 0)
		r = ulimit_check_order(soft, hard, err);
	if (r < 0)
		return r;
	*ret = (Ulimit){ .name = steal(&name), .soft = soft, .hard = hard };
	return 0;
}

void ulimits_set(Ulimit **limits, size_t *n, Ulimit limit)
{
	size_t i = 0;

	while (i < *n && strcmp((*limits)[i].name, limit.name) < 0)
		i++;
	if (i < *n && streq((*limits)[i].name, limit.name)) {
		free((*limits)[i].name);
		(*limits)[i] = limit;
		return;
	}
	*limits = xreallocarray(*limits, *n + 1, sizeof(**limits));
	memmove(*limits + i + 1, *limits + i, (*n - i) * sizeof(**limits));
	(*limits)[i] = limit;
	(*n)++;
}

/* ---- devices ---- */

/* Splits `/dev/…:value`. */
static int device_split(const char *text, char **ret_path, const char **ret_value, Error **err)
{
	const char *colon = strchr(text, ':');

	if (!colon || colon == text)
		return error_set(err, EINVAL, "bad format: %s", text);
	if (!startswith(text, "/dev/"))
		return error_set(err, EINVAL, "bad format for device path: %s", text);
	*ret_path = xstrndup(text, (size_t)(colon - text));
	*ret_value = colon + 1;
	return 0;
}

int throttle_bps_parse(const char *text, ThrottleDevice *ret, Error **err)
{
	cleanup_free char *path = NULL;
	const char *value;
	int64_t rate;
	int r = device_split(text, &path, &value, err);

	if (r < 0)
		return r;
	if (units_parse_bytes(value, &rate, NULL) < 0)
		return error_set(err, EINVAL,
				 "invalid rate for device: %s. The correct format is "
				 "<device-path>:<number>[<unit>]. Number must be a positive "
				 "integer. Unit is optional and can be kb, mb, or gb",
				 text);
	*ret = (ThrottleDevice){ .path = steal(&path), .rate = rate };
	return 0;
}

int throttle_iops_parse(const char *text, ThrottleDevice *ret, Error **err)
{
	cleanup_free char *path = NULL;
	const char *value;
	uint64_t rate;
	int r = device_split(text, &path, &value, err);

	if (r < 0)
		return r;
	if (units_parse_decimal_uint(value, INT64_MAX, &rate, NULL) < 0)
		return error_set(err, EINVAL,
				 "invalid rate for device: %s. The correct format is "
				 "<device-path>:<number>. Number must be a positive integer",
				 text);
	*ret = (ThrottleDevice){ .path = steal(&path), .rate = (int64_t)rate };
	return 0;
}

int weight_device_parse(const char *text, WeightDevice *ret, Error **err)
{
	cleanup_free char *path = NULL;
	const char *value;
	uint64_t weight;
	int r = device_split(text, &path, &value, err);

	if (r < 0)
		return r;
	if (units_parse_decimal_uint(value, 1000, &weight, NULL) < 0 || (weight && weight < 10))
		return error_set(err, EINVAL, "invalid weight for device: %s", text);
	*ret = (WeightDevice){ .path = steal(&path), .weight = (int64_t)weight };
	return 0;
}

/* units-duration: Go's durations, and go-units' words for them. */
#include "libcommon/units.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"

#define NS_PER_SECOND 1000000000ULL
/* 2^63: the magnitude of the shortest duration. */
#define LIMIT ((uint64_t)1 << 63)

static const struct {
	const char *name;
	uint64_t ns;
} duration_units[] = {
	{ "ns", 1 },
	{ "us", 1000 },
	{ "\xc2\xb5s", 1000 }, /* micro sign */
	{ "\xce\xbcs", 1000 }, /* Greek mu */
	{ "ms", 1000000 },
	{ "s", NS_PER_SECOND },
	{ "m", 60 * NS_PER_SECOND },
	{ "h", 3600 * NS_PER_SECOND },
};

static int invalid(Error **err, const char *all)
{
	cleanup_free char *quoted = str_quote(all);

	return error_set(err, EINVAL, "time: invalid duration %s", quoted);
}

/* Digits and perhaps a fraction of them (fraction / scale), in units that are not known yet. */
typedef struct Number {
	uint64_t whole, fraction;
	double scale;
} Number;

static bool parse_number(const char **s, Number *n)
{
	bool digits = false;

	*n = (Number){ .scale = 1 };
	for (; **s >= '0' && **s <= '9'; (*s)++, digits = true)
		if (__builtin_mul_overflow(n->whole, (uint64_t)10, &n->whole) ||
		    __builtin_add_overflow(n->whole, (uint64_t)(**s - '0'), &n->whole))
			return false;
	if (**s != '.')
		return digits;
	for ((*s)++; **s >= '0' && **s <= '9'; (*s)++, digits = true) {
		/* Digits that no longer fit are far below a nanosecond. */
		if (n->fraction > (uint64_t)INT64_MAX / 10 - 1)
			continue;
		n->scale *= 10;
		n->fraction = n->fraction * 10 + (uint64_t)(**s - '0');
	}
	return digits;
}

/* Steps over a unit's name and tells its length in nanoseconds. */
static int parse_unit(const char **s, const char *all, uint64_t *ret_ns, Error **err)
{
	size_t n = strcspn(*s, ".0123456789");
	cleanup_free char *name = xstrndup(*s, n), *quoted = str_quote(all),
			  *unit = str_quote(name);

	if (n == 0)
		return error_set(err, EINVAL, "time: missing unit in duration %s", quoted);
	*s += n;
	for (size_t i = 0; i < sizeof(duration_units) / sizeof(*duration_units); i++)
		if (streq(name, duration_units[i].name)) {
			*ret_ns = duration_units[i].ns;
			return 0;
		}
	return error_set(err, EINVAL, "time: unknown unit %s in duration %s", unit, quoted);
}

int units_parse_duration(const char *all, int64_t *ret, Error **err)
{
	bool negative = *all == '-';
	const char *s = all + (negative || *all == '+');
	uint64_t sum = 0;

	if (streq(s, "0")) {
		*ret = 0;
		return 0;
	}
	if (!*s)
		return invalid(err, all);
	while (*s) {
		Number n;
		uint64_t ns = 0;
		int r;

		if (!parse_number(&s, &n))
			return invalid(err, all);
		r = parse_unit(&s, all, &ns, err);
		if (r < 0)
			return r;
		if (n.whole > LIMIT / ns)
			return invalid(err, all);
		/* Each term is at most 2^63, so that the sum of two cannot wrap unseen. */
		sum += n.whole * ns + (uint64_t)((double)n.fraction * ((double)ns / n.scale));
		if (sum > LIMIT)
			return invalid(err, all);
	}
	if (sum > LIMIT - !negative)
		return invalid(err, all);
	*ret = negative ? (int64_t)(0 - sum) : (int64_t)sum;
	return 0;
}

/* A value in units of `ns`, without zeros at the end of its fraction. */
static void add_fraction(Strbuf *b, uint64_t value, uint64_t ns, const char *unit)
{
	uint64_t rest = value % ns;

	strbuf_addf(b, "%llu", (unsigned long long)(value / ns));
	if (rest)
		strbuf_addc(b, '.');
	while (rest) {
		ns /= 10;
		strbuf_addc(b, (char)('0' + rest / ns));
		rest %= ns;
	}
	strbuf_adds(b, unit);
}

char *duration_text(int64_t nanoseconds)
{
	uint64_t v = nanoseconds < 0 ? 0 - (uint64_t)nanoseconds : (uint64_t)nanoseconds;
	uint64_t minutes = v / (60 * NS_PER_SECOND);
	Strbuf b = STRBUF_INIT;

	if (v == 0)
		return xstrdup("0s");
	if (nanoseconds < 0)
		strbuf_addc(&b, '-');
	if (v < 1000)
		add_fraction(&b, v, 1, "ns");
	else if (v < 1000000)
		add_fraction(&b, v, 1000, "\xc2\xb5s");
	else if (v < NS_PER_SECOND)
		add_fraction(&b, v, 1000000, "ms");
	else {
		if (minutes >= 60)
			strbuf_addf(&b, "%lluh", (unsigned long long)(minutes / 60));
		if (minutes)
			strbuf_addf(&b, "%llum", (unsigned long long)(minutes % 60));
		add_fraction(&b, v % (60 * NS_PER_SECOND), NS_PER_SECOND, "s");
	}
	return strbuf_steal(&b);
}

char *human_duration(int64_t seconds)
{
	long long minutes = seconds / 60, hours = (seconds + 1800) / 3600;

	if (seconds < 1)
		return xstrdup("Less than a second");
	if (seconds == 1)
		return xstrdup("1 second");
	if (seconds < 60)
		return xasprintf("%lld seconds", (long long)seconds);
	if (minutes == 1)
		return xstrdup("About a minute");
	if (minutes < 60)
		return xasprintf("%lld minutes", minutes);
	if (hours == 1)
		return xstrdup("About an hour");
	if (hours < 48)
		return xasprintf("%lld hours", hours);
	if (hours < 24 * 7 * 2)
		return xasprintf("%lld days", hours / 24);
	if (hours < 24 * 30 * 2)
		return xasprintf("%lld weeks", hours / 24 / 7);
	if (hours < 24 * 365 * 2)
		return xasprintf("%lld months", hours / 24 / 30);
	return xasprintf("%lld years", (long long)seconds / 3600 / 24 / 365);
}

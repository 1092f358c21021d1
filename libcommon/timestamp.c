#include "libcommon/timestamp.h"

#include <ctype.h>
#include <string.h>
#include <time.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libcommon/units.h"

#define NSEC INT64_C(1000000000)
/* What fits into 64 bits of nanoseconds. */
#define YEAR_MIN 1678
#define YEAR_MAX 2261
#define SECONDS_MAX (INT64_MAX / NSEC - 1)

int64_t timestamp_current(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * NSEC + now.tv_nsec;
}

/* Reads exactly `n` digits and moves on. */
static bool take_number(const char **p, int n, int *ret)
{
	*ret = 0;
	for (int i = 0; i < n; i++) {
		if (!isdigit((unsigned char)**p))
			return false;
		*ret = *ret * 10 + (*(*p)++ - '0');
	}
	return true;
}

static bool take_char(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

/* `.123` as nanoseconds; digits beyond the ninth count for nothing. */
static bool take_fraction(const char **p, int64_t *ret)
{
	int64_t unit = NSEC / 10;

	*ret = 0;
	if (!isdigit((unsigned char)**p))
		return false;
	for (; isdigit((unsigned char)**p); (*p)++, unit /= 10)
		*ret += (**p - '0') * unit;
	return true;
}

/* 1: an offset from UTC was read; 0: there is none; -EINVAL. */
static int take_zone(const char **p, int *ret_seconds)
{
	int hours, minutes, sign = **p == '-' ? -1 : 1;

	*ret_seconds = 0;
	if (take_char(p, 'Z') || take_char(p, 'z'))
		return 1;
	if (!take_char(p, '+') && !take_char(p, '-'))
		return 0;
	if (!take_number(p, 2, &hours) || !take_char(p, ':') || !take_number(p, 2, &minutes) ||
	    hours > 23 || minutes > 59)
		return -EINVAL;
	*ret_seconds = sign * (hours * 60 + minutes) * 60;
	return 1;
}

static bool take_date(const char **p, struct tm *tm)
{
	static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	if (!take_number(p, 4, &tm->tm_year) || !take_char(p, '-') ||
	    !take_number(p, 2, &tm->tm_mon) || !take_char(p, '-') ||
	    !take_number(p, 2, &tm->tm_mday))
		return false;
	if (tm->tm_mon < 1 || tm->tm_mon > 12 || tm->tm_mday < 1 ||
	    tm->tm_mday > days[tm->tm_mon - 1])
		return false;
	tm->tm_year -= 1900;
	tm->tm_mon--;
	return true;
}

/* `T15`, `T15:04`, `T15:04:05`, `T15:04:05.678`; *ret_parts counts them. */
static bool take_time(const char **p, struct tm *tm, int64_t *ret_fraction, int *ret_parts)
{
	*ret_parts = 1;
	if (!take_number(p, 2, &tm->tm_hour) || tm->tm_hour > 23)
		return false;
	if (!take_char(p, ':'))
		return true;
	*ret_parts = 2;
	if (!take_number(p, 2, &tm->tm_min) || tm->tm_min > 59)
		return false;
	if (!take_char(p, ':'))
		return true;
	*ret_parts = 3;
	if (!take_number(p, 2, &tm->tm_sec) || tm->tm_sec > 60)
		return false;
	return !take_char(p, '.') || take_fraction(p, ret_fraction);
}

/* `complete` asks for seconds and a zone. */
static int parse_date(const char *text, bool complete, int64_t *ret)
{
	struct tm tm = { .tm_isdst = -1 };
	int64_t fraction = 0, seconds;
	int parts = 0, offset, zone;

	if (!take_date(&text, &tm))
		return -EINVAL;
	if ((take_char(&text, 'T') || take_char(&text, 't')) &&
	    !take_time(&text, &tm, &fraction, &parts))
		return -EINVAL;
	zone = take_zone(&text, &offset);
	if (zone < 0 || *text || (complete && (parts < 3 || zone == 0)))
		return -EINVAL;
	if (tm.tm_year + 1900 < YEAR_MIN || tm.tm_year + 1900 > YEAR_MAX) {
		*ret = tm.tm_year + 1900 < YEAR_MIN ? INT64_MIN : INT64_MAX;
		return 0;
	}
	seconds = zone ? (int64_t)timegm(&tm) - offset : (int64_t)mktime(&tm);
	*ret = seconds * NSEC + fraction;
	return 0;
}

int timestamp_parse(const char *text, int64_t *ret)
{
	return parse_date(text, true, ret);
}

/* `1136073600.000000001` */
static int parse_unix(const char *text, int64_t *ret)
{
	cleanup_free char *whole = xstrndup(text, strcspn(text, "."));
	const char *rest = text + strlen(whole);
	int64_t seconds, fraction = 0;

	if (str_to_i64(whole, &seconds) < 0 || seconds > SECONDS_MAX || seconds < -SECONDS_MAX)
		return -EINVAL;
	if (take_char(&rest, '.') && !take_fraction(&rest, &fraction))
		return -EINVAL;
	if (*rest)
		return -EINVAL;
	*ret = seconds * NSEC + fraction;
	return 0;
}

int timestamp_parse_filter(const char *text, int64_t now, int64_t *ret, Error **err)
{
	int64_t duration;

	if (!streq(text, "0") && units_parse_duration(text, &duration, NULL) >= 0) {
		if (__builtin_sub_overflow(now, duration, ret))
			*ret = duration > 0 ? INT64_MIN : INT64_MAX;
		return 0;
	}
	if (parse_date(text, false, ret) >= 0 || parse_unix(text, ret) >= 0)
		return 0;
	return error_set(err, EINVAL, "failed to parse value as time or duration: \"%s\"", text);
}

/* Seconds rounded down, so that times before 1970 keep a positive fraction. */
static time_t split(int64_t t, long *ret_fraction)
{
	int64_t seconds = t / NSEC, fraction = t % NSEC;

	if (fraction < 0) {
		fraction += NSEC;
		seconds--;
	}
	*ret_fraction = (long)fraction;
	return (time_t)seconds;
}

char *timestamp_text(int64_t t)
{
	struct tm tm;
	char date[32];
	long fraction;
	time_t seconds = split(t, &fraction);

	(void)gmtime_r(&seconds, &tm);
	(void)strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	return xasprintf("%s.%09ldZ", date, fraction);
}

char *timestamp_text_go(int64_t t)
{
	struct tm tm;
	char text[80];
	long fraction;
	time_t seconds = split(t, &fraction);

	(void)localtime_r(&seconds, &tm);
	(void)strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S %z %Z", &tm);
	return xstrdup(text);
}

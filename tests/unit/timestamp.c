#include "libcommon/timestamp.h"

#include <time.h>

#include "libcommon/str.h"
#include "tests/tap.h"

#define NSEC INT64_C(1000000000)

static void check_time(const char *text, int64_t seconds, int64_t fraction)
{
	int64_t t = -1;

	check_int(timestamp_parse(text, &t), 0);
	check_int(t, seconds * NSEC + fraction);
}

static void check_filter(const char *text, int64_t want)
{
	cleanup_error Error *err = NULL;
	int64_t t = -1;

	check_int(timestamp_parse_filter(text, 1000 * NSEC, &t, &err), 0);
	check_int(t, want);
}

static void check_wrong_filter(const char *text)
{
	cleanup_error Error *err = NULL;
	cleanup_strbuf Strbuf want = STRBUF_INIT;
	int64_t t;

	strbuf_addf(&want, "failed to parse value as time or duration: \"%s\"", text);
	check_int(timestamp_parse_filter(text, 0, &t, &err), -EINVAL);
	check_str(err ? err->msg : NULL, want.data);
}

int main(void)
{
	static const char *const wrong[] = { "",
					     "2026",
					     "2026-11-22",
					     "2026-11-22T10:55:06",
					     "2026-13-22T10:55:06Z",
					     "2026-02-30T10:55:06Z",
					     "2026-11-22T24:55:06Z",
					     "2026-11-22T10:60:06Z",
					     "2026-11-22T10:55:06.Z",
					     "2026-11-22T10:55:06+1:00",
					     "2026-11-22T10:55:06Zx",
					     "2026-11-22 10:55:06Z" };
	static const char *const wrong_filter[] = { "x",   "",	    "2026-99-01",
						    "12.", "1.2.3", "99999999999999",
						    "5y" };
	cleanup_free char *text = NULL, *early = NULL, *go = NULL;
	int64_t t;

	(void)setenv("TZ", "UTC-2", 1); /* two hours east */
	tzset();
	check_time("1970-01-01T00:00:00Z", 0, 0);
	check_time("2026-11-22T10:55:06Z", 1795344906, 0);
	check_time("2026-11-22T10:55:06.5Z", 1795344906, 500000000);
	check_time("2026-11-22T10:55:06.123456789Z", 1795344906, 123456789);
	check_time("2026-11-22T10:55:06.1234567891234Z", 1795344906, 123456789);
	check_time("2026-11-22T12:55:06+02:00", 1795344906, 0);
	check_time("2026-11-22T07:25:06-03:30", 1795344906, 0);
	check_time("1969-12-31T23:59:59.5Z", -1, 500000000);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		check_int(timestamp_parse(wrong[i], &t), -EINVAL);
	check_int(timestamp_parse("0001-01-01T00:00:00Z", &t), 0);
	check(t == INT64_MIN);

	check_filter("10s", 990 * NSEC);
	check_filter("1m30s", 910 * NSEC);
	check_filter("0", 0);
	check_filter("1136073600.000000001", 1136073600 * NSEC + 1);
	check_filter("2026-11-22T12:55:06", 1795344906 * NSEC);
	check_filter("2026-11-22T12:55", 1795344900 * NSEC);
	check_filter("2026-11-22T12", 1795341600 * NSEC);
	check_filter("2026-11-22", 1795298400 * NSEC);
	check_filter("2026-11-22Z", 1795305600 * NSEC);
	check_filter("2026-11-22T10:55:06.25Z", 1795344906 * NSEC + 250000000);
	for (size_t i = 0; i < sizeof(wrong_filter) / sizeof(wrong_filter[0]); i++)
		check_wrong_filter(wrong_filter[i]);

	text = timestamp_text(1795344906 * NSEC + 5);
	check_str(text, "2026-11-22T10:55:06.000000005Z");
	early = timestamp_text(-NSEC / 2);
	check_str(early, "1969-12-31T23:59:59.500000000Z");
	go = timestamp_text_go(1795344906 * NSEC);
	check_str(go, "2026-11-22 12:55:06 +0200 UTC");
	check(timestamp_current() > 1700000000 * NSEC);
	return tap_done();
}

#include "libcommon/units.h"

#include "libcommon/alloc.h"
#include "tests/tap.h"

/* The value as text, or the error. */
#define PARSED(function, type, input, format)                                         \
	({                                                                            \
		cleanup_error Error *e = NULL;                                        \
		type v = 0;                                                           \
		function(input, &v, &e) < 0 ? xstrdup(e->msg) : xasprintf(format, v); \
	})

static void same(char *got, const char *want)
{
	check_str(got, want);
	free(got);
}

static void bytes(const char *s, const char *want)
{
	same(PARSED(units_parse_bytes, int64_t, s, "%" PRId64), want);
}

static void duration(const char *s, const char *want)
{
	same(PARSED(units_parse_duration, int64_t, s, "%" PRId64), want);
}

static void integer(const char *s, const char *want)
{
	same(PARSED(units_parse_int, int64_t, s, "%" PRId64), want);
}

static void test_integers(void)
{
	integer("-12", "-12");
	integer("+7", "7");
	integer("0x1F", "31");
	integer("0b101", "5");
	integer("0o17", "15");
	integer("010", "8");
	integer("0", "0");
	integer("1_000", "1000");
	integer("0x_f", "15");
	integer("-9223372036854775808", "-9223372036854775808");
	integer("9223372036854775808",
		"strconv.ParseInt: parsing \"9223372036854775808\": value out of range");
	integer("99999999999999999999",
		"strconv.ParseInt: parsing \"99999999999999999999\": value out of range");
	integer("", "strconv.ParseInt: parsing \"\": invalid syntax");
	integer("1e3", "strconv.ParseInt: parsing \"1e3\": invalid syntax");
	integer("08", "strconv.ParseInt: parsing \"08\": invalid syntax");
	integer("1__0", "strconv.ParseInt: parsing \"1__0\": invalid syntax");
	integer("1_", "strconv.ParseInt: parsing \"1_\": invalid syntax");
	integer("0x", "strconv.ParseInt: parsing \"0x\": invalid syntax");
	integer(" 1", "strconv.ParseInt: parsing \" 1\": invalid syntax");
	integer("a\tb\xff\"", "strconv.ParseInt: parsing \"a\\tb\\xff\\\"\": invalid syntax");
	same(PARSED(units_parse_uint, uint64_t, "-1", "%" PRIu64),
	     "strconv.ParseUint: parsing \"-1\": invalid syntax");
	same(PARSED(units_parse_uint, uint64_t, "18446744073709551615", "%" PRIu64),
	     "18446744073709551615");
	same(PARSED(units_parse_bool, bool, "True", "%d"), "1");
	same(PARSED(units_parse_bool, bool, "f", "%d"), "0");
	same(PARSED(units_parse_bool, bool, "yes", "%d"),
	     "strconv.ParseBool: parsing \"yes\": invalid syntax");
}

static void test_bytes(void)
{
	bytes("512m", "536870912");
	bytes("1.5G", "1610612736");
	bytes("10kb", "10240");
	bytes("1KiB", "1024");
	bytes("1 k", "1024");
	bytes("42b", "42");
	bytes("7", "7");
	bytes("1p", "1125899906842624");
	bytes("1x", "invalid suffix: 'x'");
	bytes("5kbx", "invalid suffix: 'kbx'");
	bytes("5KIBX", "invalid suffix: 'KIBX'");
	bytes("5bb", "invalid suffix: 'bb'");
	bytes("abc", "invalid size: 'abc'");
	bytes("-5", "invalid size: '-5'");
	bytes("", "invalid size: ''");
	bytes("1..2", "strconv.ParseFloat: parsing \"1..2\": invalid syntax");
	bytes("9999999p", "strconv.ParseFloat: parsing \"9999999\": value out of range");
	same(PARSED(units_parse_bytes_decimal, int64_t, "2kB", "%" PRId64), "2000");
}

static void test_durations(void)
{
	duration("1h30m", "5400000000000");
	duration("1.5s", "1500000000");
	duration("1.001s", "1001000000");
	duration("-5ms", "-5000000");
	duration("3\xc2\xb5s", "3000");
	duration(".5us", "500");
	duration("0", "0");
	duration("0.3333333333333333333h", "1200000000000");
	duration("-2562047h47m16.854775808s", "-9223372036854775808");
	duration("2562047h47m16.854775808s", "time: invalid duration \"2562047h47m16.854775808s\"");
	duration("5", "time: missing unit in duration \"5\"");
	duration("5x", "time: unknown unit \"x\" in duration \"5x\"");
	duration("x", "time: invalid duration \"x\"");
	duration("", "time: invalid duration \"\"");
	duration(".s", "time: invalid duration \".s\"");
	duration("9999999999999999999999h", "time: invalid duration \"9999999999999999999999h\"");
}

static void test_human(void)
{
	same(human_size(0), "0B");
	same(human_size(999), "999B");
	same(human_size(1500), "1.5kB");
	same(human_size(123456789), "123.5MB");
	same(human_size_precision(74812345, 3), "74.8MB");
	same(human_size_precision(999999, 3), "1e+03kB");
	same(human_size_binary(1610612736), "1.5GiB");
	same(human_duration(0), "Less than a second");
	same(human_duration(59), "59 seconds");
	same(human_duration(60), "About a minute");
	same(human_duration(3599), "59 minutes");
	same(human_duration(3600), "About an hour");
	same(human_duration(47 * 3600), "47 hours");
	same(human_duration(48 * 3600), "2 days");
	same(human_duration(14 * 86400), "2 weeks");
	same(human_duration(60 * 86400), "2 months");
	same(human_duration(730 * 86400), "2 years");
	same(duration_text(0), "0s");
	same(duration_text(1500000000), "1.5s");
	same(duration_text(5400000000000), "1h30m0s");
	same(duration_text(-90000000000), "-1m30s");
	same(duration_text(1500), "1.5\xc2\xb5s");
	same(duration_text(2000000), "2ms");
}

int main(void)
{
	test_integers();
	test_bytes();
	test_durations();
	test_human();
	return tap_done();
}

#include "librunner/options/limits.h"

#include "tests/tap.h"

static void cpus(const char *text, int64_t want)
{
	cleanup_error Error *err = NULL;
	int64_t got = -1;

	check(cpus_parse(text, &got, &err) >= 0);
	check_int(got, want);
}

static void cpus_refused(const char *text, const char *message)
{
	cleanup_error Error *err = NULL;
	int64_t got = -1;

	check(cpus_parse(text, &got, &err) < 0);
	check_str(err ? err->msg : NULL, message);
	check_int(got, -1);
}

static void test_cpus(void)
{
	cpus("0", 0);
	cpus("1", 1000000000);
	cpus("1.5", 1500000000);
	cpus(".5", 500000000);
	cpus("2.", 2000000000);
	cpus("+1", 1000000000);
	cpus("-1", -1000000000);
	cpus("1/2", 500000000);
	cpus("1e1", 10000000000);
	cpus("1E+1", 10000000000);
	cpus("25e-2", 250000000);
	cpus("0.000000001", 1);
	cpus("0.50000000000000000000", 500000000);
	cpus("000000000000000000000000000000000000000001", 1000000000);
	cpus("0e30", 0);
	cpus_refused("", "failed to parse  as a rational number");
	cpus_refused("x", "failed to parse x as a rational number");
	cpus_refused(".", "failed to parse . as a rational number");
	cpus_refused("1.5/2", "failed to parse 1.5/2 as a rational number");
	cpus_refused("1/0", "failed to parse 1/0 as a rational number");
	cpus_refused("1e", "failed to parse 1e as a rational number");
	cpus_refused("1e99", "failed to parse 1e99 as a rational number");
	cpus_refused("1 ", "failed to parse 1  as a rational number");
	cpus_refused("0.0000000001", "value is too precise");
	cpus_refused("1/3", "value is too precise");
	cpus_refused("10000000000", "value is too large");
	cpus_refused("99999999999999999999999999e30", "value is too large");
}

static void test_memory_swap(void)
{
	int64_t v = 0;

	check(memory_swap_parse("-1", &v, NULL) >= 0);
	check_int(v, -1);
	check(memory_swap_parse("1g", &v, NULL) >= 0);
	check_int(v, 1 << 30);
	check(memory_swap_parse("-2", &v, NULL) < 0);
	check(memory_swap_parse("", &v, NULL) < 0);
}

static void ulimit(const char *text, const char *name, int64_t soft, int64_t hard)
{
	Ulimit l = { 0 };

	check(ulimit_parse(text, &l, NULL) >= 0);
	check_str(l.name, name);
	check_int(l.soft, soft);
	check_int(l.hard, hard);
	free(l.name);
}

static void ulimit_refused(const char *text, const char *message)
{
	cleanup_error Error *err = NULL;
	Ulimit l = { 0 };

	check(ulimit_parse(text, &l, &err) < 0);
	check_str(err ? err->msg : NULL, message);
}

static void test_ulimits(void)
{
	Ulimit *list = NULL;
	size_t n = 0;
	const char *const texts[] = { "nofile=1", "core=0", "nproc=5", "nofile=2:3" };

	ulimit("nofile=10", "nofile", 10, 10);
	ulimit("nofile=10:20", "nofile", 10, 20);
	ulimit("core=-1", "core", -1, -1);
	ulimit("nofile=10:-1", "nofile", 10, -1);
	ulimit_refused("nofile", "invalid ulimit argument: nofile");
	ulimit_refused("nosuch=1", "invalid ulimit type: nosuch");
	ulimit_refused("nofile=1:2:3",
		       "too many limit value arguments - 1:2:3, can only have up to "
		       "two, `soft[:hard]`");
	ulimit_refused("nofile=", "strconv.ParseInt: parsing \"\": invalid syntax");
	ulimit_refused("nofile=0x1", "strconv.ParseInt: parsing \"0x1\": invalid syntax");
	ulimit_refused("nofile=2:1",
		       "ulimit soft limit must be less than or equal to hard limit: 2 > 1");
	for (size_t i = 0; i < 4; i++) {
		Ulimit l = { 0 };

		check(ulimit_parse(texts[i], &l, NULL) >= 0);
		ulimits_set(&list, &n, l);
	}
	check_int((int64_t)n, 3);
	check_str(list[0].name, "core");
	check_str(list[1].name, "nofile");
	check_int(list[1].soft, 2);
	check_str(list[2].name, "nproc");
	for (size_t i = 0; i < n; i++)
		free(list[i].name);
	free(list);
}

static void test_devices(void)
{
	ThrottleDevice t = { 0 };
	WeightDevice w = { 0 };

	check(throttle_bps_parse("/dev/sda:1mb", &t, NULL) >= 0);
	check_str(t.path, "/dev/sda");
	check_int(t.rate, 1 << 20);
	free(t.path);
	check(throttle_iops_parse("/dev/sda:1000", &t, NULL) >= 0);
	check_int(t.rate, 1000);
	free(t.path);
	check(weight_device_parse("/dev/sda:500", &w, NULL) >= 0);
	check_int(w.weight, 500);
	free(w.path);
	check(throttle_iops_parse("/dev/sda:1mb", &t, NULL) < 0);
	check(throttle_bps_parse("/dev/sda:-1", &t, NULL) < 0);
	check(throttle_bps_parse("sda:1", &t, NULL) < 0);
	check(throttle_bps_parse(":1", &t, NULL) < 0);
	check(throttle_bps_parse("/dev/sda", &t, NULL) < 0);
	check(weight_device_parse("/dev/sda:9", &w, NULL) < 0);
	check(weight_device_parse("/dev/sda:1001", &w, NULL) < 0);
}

int main(void)
{
	test_cpus();
	test_memory_swap();
	test_ulimits();
	test_devices();
	return tap_done();
}

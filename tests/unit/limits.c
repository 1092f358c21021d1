/* limits-math, cgroup-limits, limits-check, unit-properties. */
#include "librunner/cgroup-limits.h"
#include "librunner/limits-check.h"
#include "librunner/limits-math.h"
#include "librunner/unit-properties.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "tests/tap.h"

#define MIB (INT64_C(1) << 20)

static HostConfig host(void)
{
	HostConfig h;

	host_config_init(&h);
	return h;
}

/* What runc computes for the same values. */
static void test_weights(void)
{
	check_int(cpu_weight_from_shares(2), 1);
	check_int(cpu_weight_from_shares(512), 20);
	check_int(cpu_weight_from_shares(1024), 39);
	check_int(cpu_weight_from_shares(2048), 79);
	check_int(cpu_weight_from_shares(262144), 10000);
	check_int(cpu_weight_from_shares(1000000), 10000);
	check_int(cpu_weight_from_shares(0), 1);
	check_int(io_weight_from_blkio(10), 1);
	check_int(io_weight_from_blkio(500), 4950);
	check_int(io_weight_from_blkio(1000), 10000);
}

static void test_bandwidth(void)
{
	HostConfig h = host();
	CpuBandwidth b;

	check(!cpu_bandwidth(&h, &b));
	h.nano_cpus = 1500000000;
	check(cpu_bandwidth(&h, &b));
	check_int(b.quota, 150000);
	check_int(b.period, 100000);
	h = host();
	h.cpu_quota = 5000;
	check(cpu_bandwidth(&h, &b));
	check_int(b.quota, 5000);
	check_int(b.period, 100000);
	h.cpu_quota = -1;
	h.cpu_period = 50000;
	check(cpu_bandwidth(&h, &b));
	check_int(b.quota, -1);
	check_int(b.period, 50000);
}

static void check_swap(int64_t memory, int64_t both, int64_t v1, int64_t v2)
{
	HostConfig h = host();

	h.memory = memory;
	h.memory_swap = both;
	check_int(memory_and_swap(&h), v1);
	check_int(swap_alone(&h), v2);
}

static void test_swap(void)
{
	check_swap(0, 0, 0, SWAP_NOT_GIVEN);
	check_swap(64, 0, 128, 64);
	check_swap(64, 64, 64, 0);
	check_swap(64, 100, 100, 36);
	check_swap(64, -1, -1, -1);
	check_swap(INT64_MAX, 0, INT64_MAX, 0);
}

static void test_cpu_list(void)
{
	static const char *const wrong[] = {
		"", "x", "1-", "-1", "3-1", "1,,2", "1,", "0x1", " 1"
	};
	uint8_t set[4];
	size_t n = 0;

	check_int(cpu_list_parse("0-2,9", set, sizeof(set), &n), 0);
	check_int(n, 2);
	check_int(set[0], 7);
	check_int(set[1], 2);
	check_int(cpu_list_parse("31", set, sizeof(set), &n), 0);
	check_int(n, 4);
	check_int(cpu_list_parse("32", set, sizeof(set), &n), -ERANGE);
	check_int(cpu_list_parse("99999999999999999999999", set, sizeof(set), &n), -ERANGE);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		check_int(cpu_list_parse(wrong[i], set, sizeof(set), &n), -EINVAL);
}

static char *rows_text(const HostConfig *h, bool unified)
{
	LimitRow rows[LIMIT_ROWS_MAX];
	size_t n = limit_rows(h, unified, rows);
	Strbuf b = STRBUF_INIT;

	for (size_t i = 0; i < n; i++)
		strbuf_addf(&b, "%s=%s;", rows[i].file, rows[i].value);
	limit_rows_clear(rows, n);
	return strbuf_steal(&b);
}

static void check_rows(const HostConfig *h, const char *v1, const char *v2)
{
	cleanup_free char *one = rows_text(h, false), *two = rows_text(h, true);

	check_str(one, v1);
	check_str(two, v2);
}

static void test_rows(void)
{
	ThrottleDevice device = { .path = (char *)"/dev/null", .rate = 1048576 };
	HostConfig h = host();

	check_rows(&h, "", "");
	h.memory = 64 * MIB;
	h.memory_reservation = 32 * MIB;
	h.memory_swappiness = 0;
	h.pids_limit = 20;
	check_rows(&h,
		   "memory.limit_in_bytes=67108864;memory.memsw.limit_in_bytes=134217728;"
		   "memory.soft_limit_in_bytes=33554432;memory.swappiness=0;pids.max=20;",
		   "memory.max=67108864;memory.swap.max=67108864;memory.low=33554432;pids.max=20;");
	h = host();
	h.pids_limit = 1;
	check_rows(&h, "pids.max=3;", "pids.max=3;");
	h = host();
	h.nano_cpus = 500000000;
	h.cpu_shares = 1024;
	h.cpuset_cpus = (char *)"0,1";
	h.blkio_weight = 500;
	check_rows(&h,
		   "cpu.cfs_period_us=100000;cpu.cfs_quota_us=50000;cpu.shares=1024;"
		   "cpuset.cpus=0,1;blkio.weight=500;",
		   "cpu.max=50000 100000;cpu.weight=39;cpuset.cpus=0,1;io.weight=default 4950;");
	h = host();
	h.blkio_read_bps = h.blkio_write_iops = &device;
	h.n_blkio_read_bps = h.n_blkio_write_iops = 1;
	check_rows(&h,
		   "blkio.throttle.read_bps_device=1:3 1048576;"
		   "blkio.throttle.write_iops_device=1:3 1048576;",
		   "io.max=1:3 rbps=1048576;io.max=1:3 wiops=1048576;");
}

static const LimitSupport everything = { true, true, true, true, true, true, true, true,
					 true, true, true, true, true, 2,    NULL, NULL };

static void check_limits(HostConfig *h, const LimitSupport *s, const char *error,
			 const char *warning)
{
	cleanup_error Error *e = NULL;
	cleanup_strv char **warnings = NULL;
	int r = limits_check(h, s, false, &warnings, &e);

	check((r < 0) == (error != NULL));
	check_str(e ? e->msg : NULL, error);
	check_str(warnings ? warnings[0] : NULL, warning);
}

static void test_check(void)
{
	LimitSupport none = { .cpus = 2 };
	HostConfig h = host();

	check(!limits_given(&h));
	check_limits(&h, &none, NULL, NULL);
	h.memory = 5 * MIB;
	check(limits_given(&h));
	check_limits(&h, &everything, "Minimum memory limit allowed is 6MB", NULL);
	h.memory = 64 * MIB;
	check_limits(&h, &none, NULL,
		     "Your kernel does not support memory limit capabilities or the cgroup is not "
		     "mounted. Limitation discarded.");
	check_int(h.memory, 0);
	h = host();
	h.memory_swap = 64 * MIB;
	check_limits(
		&h, &everything,
		"You should always set the Memory limit when using Memoryswap limit, see usage",
		NULL);
	h = host();
	h.pids_limit = 9;
	check_limits(&h, &none, NULL,
		     "Your kernel does not support PIDs limit capabilities or the cgroup is not "
		     "mounted. PIDs limit discarded.");
	h = host();
	h.nano_cpus = 3000000000;
	check_limits(&h, &everything,
		     "Range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available",
		     NULL);
}

static void test_sets(void)
{
	LimitSupport two = everything;
	HostConfig h = host();

	two.cpuset_cpus = (char *)"0-1";
	h.cpuset_cpus = (char *)"0-1";
	check_limits(&h, &two, NULL, NULL);
	h.cpuset_cpus = (char *)"1-2";
	check_limits(&h, &two, "Requested CPUs are not available - requested 1-2, available: 0-1",
		     NULL);
	h.cpuset_cpus = (char *)"1-";
	check_limits(&h, &two, "Invalid value 1- for cpuset cpus: invalid format: 1-", NULL);
}

static void test_unit(void)
{
	HostConfig h = host();
	UnitProperty *p = NULL;
	size_t n = unit_properties(&h, &p);

	check_int(n, 0);
	unit_properties_free(p, n);
	h.memory = 64 * MIB;
	h.nano_cpus = 1500000000;
	h.cpuset_cpus = (char *)"0,9";
	n = unit_properties(&h, &p);
	check_int(n, 4);
	check_str(p[0].name, "MemoryMax");
	check_int(p[0].number, 64 * MIB);
	check_str(p[1].name, "MemorySwapMax");
	check_str(p[2].name, "CPUQuotaPerSecUSec");
	check_int(p[2].number, 1500000);
	check_str(p[3].name, "AllowedCPUs");
	check(p[3].n_set == 2 && p[3].set[0] == 1 && p[3].set[1] == 2);
	unit_properties_free(p, n);
	n = unit_properties_all(&h, &p);
	check_str(p[3].name, "TasksMax");
	check(p[3].number == UINT64_MAX);
	unit_properties_free(p, n);
}

int main(void)
{
	test_weights();
	test_bandwidth();
	test_swap();
	test_cpu_list();
	test_rows();
	test_check();
	test_sets();
	test_unit();
	return tap_done();
}

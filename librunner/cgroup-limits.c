#include "librunner/cgroup-limits.h"

#include <inttypes.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "libcommon/alloc.h"
#include "librunner/cgroup-internal.h"
#include "librunner/limits-math.h"

/* ---- values; NULL where the limit is not given ---- */

static char *number(int64_t n)
{
	return n > 0 ? xasprintf("%" PRId64, n) : NULL;
}

static char *number_or(int64_t n, const char *unlimited)
{
	return n < 0 ? xstrdup(unlimited) : number(n);
}

static char *memory(const HostConfig *h)
{
	return number(h->memory);
}

static char *memory_with_swap(const HostConfig *h)
{
	return number_or(memory_and_swap(h), "-1");
}

static char *swap(const HostConfig *h)
{
	int64_t n = swap_alone(h);

	if (n == SWAP_NOT_GIVEN)
		return NULL;
	return n < 0 ? xstrdup("max") : xasprintf("%" PRId64, n);
}

static char *reservation(const HostConfig *h)
{
	return number(h->memory_reservation);
}

static char *swappiness(const HostConfig *h)
{
	int64_t n = h->memory_swappiness;

	return n < 0 ? NULL : xasprintf("%" PRId64, n);
}

static char *oom_kill_disable(const HostConfig *h)
{
	return h->oom_kill_disable ? xstrdup("1") : NULL;
}

static char *pids(const HostConfig *h)
{
	int64_t n = h->pids_limit;

	return number(n > 0 && n < PIDS_LEAST ? PIDS_LEAST : n);
}

static char *cpu_max(const HostConfig *h)
{
	CpuBandwidth b;

	if (!cpu_bandwidth(h, &b))
		return NULL;
	return b.quota > 0 ? xasprintf("%" PRId64 " %" PRId64, b.quota, b.period)
			   : xasprintf("max %" PRId64, b.period);
}

static char *cfs_period(const HostConfig *h)
{
	CpuBandwidth b;

	return cpu_bandwidth(h, &b) ? number(b.period) : NULL;
}

static char *cfs_quota(const HostConfig *h)
{
	CpuBandwidth b;

	return cpu_bandwidth(h, &b) ? number_or(b.quota, "-1") : NULL;
}

static char *cpu_shares(const HostConfig *h)
{
	return number(h->cpu_shares);
}

static char *cpu_weight(const HostConfig *h)
{
	return h->cpu_shares > 0 ? number((int64_t)cpu_weight_from_shares(h->cpu_shares)) : NULL;
}

static char *rt_period(const HostConfig *h)
{
	return number(h->cpu_rt_period);
}

static char *rt_runtime(const HostConfig *h)
{
	return number(h->cpu_rt_runtime);
}

static char *cpuset_cpus(const HostConfig *h)
{
	return str_empty(h->cpuset_cpus) ? NULL : xstrdup(h->cpuset_cpus);
}

static char *cpuset_mems(const HostConfig *h)
{
	return str_empty(h->cpuset_mems) ? NULL : xstrdup(h->cpuset_mems);
}

static char *blkio_weight(const HostConfig *h)
{
	return number(h->blkio_weight);
}

static char *io_weight(const HostConfig *h)
{
	return h->blkio_weight > 0
		       ? xasprintf("default %" PRIu64, io_weight_from_blkio(h->blkio_weight))
		       : NULL;
}

/* A path that is no device gets numbers that the kernel refuses. */
static void add_device(Strbuf *b, const char *path)
{
	struct stat st = { 0 };

	(void)!stat(path, &st);
	strbuf_addf(b, "%s%u:%u ", b->len ? "\n" : "", major(st.st_rdev), minor(st.st_rdev));
}

static char *device_weights(const HostConfig *h, bool unified)
{
	Strbuf b = STRBUF_INIT;

	for (size_t i = 0; i < h->n_blkio_weight_device; i++) {
		const WeightDevice *d = &h->blkio_weight_device[i];

		add_device(&b, d->path);
		strbuf_addf(&b, "%" PRId64,
			    unified ? (int64_t)io_weight_from_blkio(d->weight) : d->weight);
	}
	return b.len ? strbuf_steal(&b) : NULL;
}

static char *blkio_weight_device(const HostConfig *h)
{
	return device_weights(h, false);
}

static char *io_weight_device(const HostConfig *h)
{
	return device_weights(h, true);
}

/* `key` is what v2 calls the rate, "" for v1, which has a file for each. */
static char *rates(const ThrottleDevice *list, size_t n, const char *key)
{
	Strbuf b = STRBUF_INIT;

	for (size_t i = 0; i < n; i++) {
		add_device(&b, list[i].path);
		strbuf_addf(&b, "%s%" PRId64, key, list[i].rate);
	}
	return b.len ? strbuf_steal(&b) : NULL;
}

#define RATES(name, member, key)                                 \
	static char *io_##name(const HostConfig *h)              \
	{                                                        \
		return rates(h->member, h->n_##member, key "="); \
	}                                                        \
	static char *blkio_##name(const HostConfig *h)           \
	{                                                        \
		return rates(h->member, h->n_##member, "");      \
	}
RATES(read_bps, blkio_read_bps, "rbps")
RATES(write_bps, blkio_write_bps, "wbps")
RATES(read_iops, blkio_read_iops, "riops")
RATES(write_iops, blkio_write_iops, "wiops")

/* ---- the table ---- */

typedef struct LimitFile {
	const char *file;
	char *(*value)(const HostConfig *h);
	const char *none; /* what means "no limit"; NULL: it cannot be taken back */
} LimitFile; /* without `value`: an earlier row has said it all */

/* Each limit in v2 and in v1, in the order in which they are written to a new group: v1 refuses a
 * total of memory and swap below the memory's limit, and a quota above its period's share. */
/* clang-format off */
static const struct {
	const char *option;
	LimitFile v2, v1;
} limits[] = {
	{ "--memory", { "memory.max", memory, "max" }, { "memory.limit_in_bytes", memory, "-1" } },
	{ "--memory-swap", { "memory.swap.max", swap, "max" },
			   { "memory.memsw.limit_in_bytes", memory_with_swap, "-1" } },
	{ "--memory-reservation", { "memory.low", reservation, "0" },
				  { "memory.soft_limit_in_bytes", reservation, "-1" } },
	{ "--memory-swappiness", { 0 }, { "memory.swappiness", swappiness, NULL } },
	{ "--oom-kill-disable", { 0 }, { "memory.oom_control", oom_kill_disable, "0" } },
	{ "--pids-limit", { "pids.max", pids, "max" }, { "pids.max", pids, "max" } },
	{ "--cpus", { "cpu.max", cpu_max, "max 100000" }, { "cpu.cfs_period_us", cfs_period, NULL } },
	{ "--cpus", { "cpu.max", NULL, NULL }, { "cpu.cfs_quota_us", cfs_quota, "-1" } },
	{ "--cpu-shares", { "cpu.weight", cpu_weight, "100" }, { "cpu.shares", cpu_shares, "1024" } },
	{ "--cpu-rt-period", { 0 }, { "cpu.rt_period_us", rt_period, NULL } },
	{ "--cpu-rt-runtime", { 0 }, { "cpu.rt_runtime_us", rt_runtime, "0" } },
	{ "--cpuset-cpus", { "cpuset.cpus", cpuset_cpus, NULL }, { "cpuset.cpus", cpuset_cpus, NULL } },
	{ "--cpuset-mems", { "cpuset.mems", cpuset_mems, NULL }, { "cpuset.mems", cpuset_mems, NULL } },
	{ "--blkio-weight", { "io.weight", io_weight, "default 100" },
			    { "blkio.weight", blkio_weight, NULL } },
	{ "--blkio-weight-device", { "io.weight", io_weight_device, NULL },
				   { "blkio.weight_device", blkio_weight_device, NULL } },
	{ "--device-read-bps", { "io.max", io_read_bps, NULL },
			       { "blkio.throttle.read_bps_device", blkio_read_bps, NULL } },
	{ "--device-write-bps", { "io.max", io_write_bps, NULL },
				{ "blkio.throttle.write_bps_device", blkio_write_bps, NULL } },
	{ "--device-read-iops", { "io.max", io_read_iops, NULL },
				{ "blkio.throttle.read_iops_device", blkio_read_iops, NULL } },
	{ "--device-write-iops", { "io.max", io_write_iops, NULL },
				 { "blkio.throttle.write_iops_device", blkio_write_iops, NULL } },
};
/* clang-format on */
#define N_LIMITS (sizeof(limits) / sizeof(limits[0]))
_Static_assert(N_LIMITS <= LIMIT_ROWS_MAX, "LIMIT_ROWS_MAX is too small");

size_t limit_rows(const HostConfig *h, bool unified, LimitRow ret[static LIMIT_ROWS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < N_LIMITS; i++) {
		const LimitFile *f = unified ? &limits[i].v2 : &limits[i].v1;
		char *value = f->value ? f->value(h) : NULL;

		if (value)
			ret[n++] = (LimitRow){ limits[i].option, f->file, value };
	}
	return n;
}

void limit_rows_clear(LimitRow *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(rows[i].value);
}

/* ---- writing ---- */

static int write_lines(const char *dir, const char *file, const char *value)
{
	cleanup_strv char **lines = strv_split(value, '\n');
	int r = 0;

	for (char **l = lines; *l && r >= 0; l++)
		r = cgroup_file_write(dir, file, *l);
	return r;
}

/* The kernel's way to say that a device has no I/O to limit. */
static int explain(int r, const char *option, const char *file, const char *value, Error **err)
{
	cleanup_free char *line = xasprintf("%.*s", (int)strcspn(value, "\n"), value);

	return error_errno(err, -r, "%s: write \"%s\" to %s", option, line, file);
}

static int apply(const Cgroup *cg, const char *option, const LimitFile *f, const HostConfig *h,
		 const HostConfig *old, Error **err)
{
	cleanup_free char *value = f->value(h), *before = old ? f->value(old) : NULL;
	const char *dir, *text = value;
	int r;

	if (streq_null(value, before))
		return 0;
	if (!text)
		text = f->none;
	if (!text)
		return 0;
	dir = cgroup_dir_with(cg, f->file);
	r = write_lines(dir, f->file, text);
	return r < 0 ? explain(r, option, f->file, text, err) : 0;
}

/* Whether memory and swap together must grow before the memory does. */
static bool swap_first(const Cgroup *cg, const HostConfig *h)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;
	const char *dir = cgroup_dir_with(cg, "memory.memsw.limit_in_bytes");
	uint64_t now;

	if (!dir || cgroup_file_read(dir, "memory.memsw.limit_in_bytes", &b) < 0 ||
	    str_to_u64(b.data, &now) < 0)
		return false;
	return h->memory > 0 && (uint64_t)h->memory > now;
}

static int apply_limit(const Cgroup *cg, size_t i, const HostConfig *h, const HostConfig *old,
		       Error **err)
{
	const LimitFile *f = NULL;
	cleanup_free char *value = NULL;

	if (limits[i].v2.file && cgroup_dir_with(cg, limits[i].v2.file))
		f = &limits[i].v2;
	else if (cgroup_dir_with(cg, limits[i].v1.file))
		f = &limits[i].v1;
	if (f && !f->value)
		return 0;
	if (f)
		return apply(cg, limits[i].option, f, h, old, err);
	value = limits[i].v1.value(h);
	/* Without swap accounting memory is limited alone; limits-check has said so. */
	if (!value || (streq(limits[i].option, "--memory-swap") && h->memory_swap <= 0))
		return 0;
	return error_set(err, EOPNOTSUPP,
			 "%s: the control groups of this host do not offer this limit here (on v2, "
			 "neither our own group nor one around it hands its controllers on)",
			 limits[i].option);
}

int cgroup_limits_apply(const Cgroup *cg, const HostConfig *h, const HostConfig *old, Error **err)
{
	bool swapped = old && swap_first(cg, h);
	int r = 0;

	for (size_t i = 0; i < N_LIMITS && r >= 0; i++)
		r = apply_limit(cg, swapped && i < 2 ? 1 - i : i, h, old, err);
	return r;
}

#include "librunner/limits-check.h"

#include <inttypes.h>
#include <sys/stat.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/limits-math.h"

#define MIN_MEMORY (INT64_C(6) << 20)
#define NANO_PER_CPU INT64_C(1000000000)
#define MIN_CFS 1000
#define MAX_CFS_PERIOD 1000000
#define MIN_SHARES 2
/* Bits of the largest set of processors: 8,192. */
#define CPU_SET_BYTES 1024

/* ---- memory and processes ---- */

static void discard_memory(HostConfig *h, const LimitSupport *s, char ***warnings)
{
	if (h->memory > 0 && !s->memory) {
		strv_add(warnings, "Your kernel does not support memory limit capabilities or the "
				   "cgroup is not mounted. Limitation discarded.");
		h->memory = 0;
		h->memory_swap = -1;
	}
	if (h->memory > 0 && h->memory_swap != -1 && !s->swap) {
		strv_add(warnings, "Your kernel does not support swap limit capabilities or the "
				   "cgroup is not mounted. Memory limited without swap.");
		h->memory_swap = -1;
	}
	if (h->memory_swappiness >= 0 && !s->swappiness) {
		strv_add(warnings, "Your kernel does not support memory swappiness capabilities or "
				   "the cgroup is not mounted. Memory swappiness discarded.");
		h->memory_swappiness = -1;
	}
	if (h->memory_reservation > 0 && !s->reservation) {
		strv_add(warnings, "Your kernel does not support memory soft limit capabilities or "
				   "the cgroup is not mounted. Limitation discarded.");
		h->memory_reservation = 0;
	}
	if (h->oom_kill_disable && !s->oom_kill_disable) {
		strv_add(warnings, "Your kernel does not support OomKillDisable. OomKillDisable "
				   "discarded.");
		h->oom_kill_disable = false;
	}
	if (h->oom_kill_disable && h->memory == 0)
		strv_add(warnings, "OOM killer is disabled for the container, but no memory limit "
				   "is set, this can result in the system running out of "
				   "resources.");
	if (h->pids_limit > 0 && !s->pids) {
		strv_add(warnings, "Your kernel does not support PIDs limit capabilities or the "
				   "cgroup is not mounted. PIDs limit discarded.");
		h->pids_limit = 0;
	}
}

static int check_memory(const HostConfig *h, bool update, Error **err)
{
	if (h->memory != 0 && h->memory < MIN_MEMORY)
		return error_set(err, EINVAL, "Minimum memory limit allowed is 6MB");
	if (h->memory > 0 && h->memory_swap > 0 && h->memory_swap < h->memory)
		return error_set(
			err, EINVAL,
			"Minimum memoryswap limit should be larger than memory limit, see usage");
	if (h->memory == 0 && h->memory_swap > 0 && !update)
		return error_set(err, EINVAL,
				 "You should always set the Memory limit when using Memoryswap "
				 "limit, see usage");
	if (h->memory_swappiness < -1 || h->memory_swappiness > 100)
		return error_set(err, EINVAL,
				 "Invalid value: %" PRId64
				 ", valid memory swappiness range is 0-100",
				 h->memory_swappiness);
	if (h->memory_reservation > 0 && h->memory_reservation < MIN_MEMORY)
		return error_set(err, EINVAL, "Minimum memory reservation allowed is 6MB");
	if (h->memory > 0 && h->memory_reservation > h->memory)
		return error_set(err, EINVAL,
				 "Minimum memory limit can not be less than memory reservation "
				 "limit, see usage");
	return 0;
}

/* ---- processors ---- */

static int check_cpus(const HostConfig *h, const LimitSupport *s, Error **err)
{
	if (h->nano_cpus > 0 && h->cpu_period > 0)
		return error_set(
			err, EINVAL,
			"Conflicting options: Nano CPUs and CPU Period cannot both be set");
	if (h->nano_cpus > 0 && h->cpu_quota > 0)
		return error_set(err, EINVAL,
				 "Conflicting options: Nano CPUs and CPU Quota cannot both be set");
	if (h->nano_cpus > 0 && !s->cpu_cfs)
		return error_set(err, EOPNOTSUPP,
				 "NanoCPUs can not be set, as your kernel does not support CPU CFS "
				 "scheduler or the cgroup is not mounted");
	if (h->nano_cpus < 0 || h->nano_cpus > s->cpus * NANO_PER_CPU)
		return error_set(err, EINVAL,
				 "Range of CPUs is from 0.01 to %" PRId64
				 ".00, as there are only %" PRId64 " CPUs available",
				 s->cpus, s->cpus);
	if (h->cpu_shares < 0)
		return error_set(err, EINVAL, "shares: invalid argument");
	if (h->cpu_shares > 0 && h->cpu_shares < MIN_SHARES)
		return error_set(err, EINVAL, "the minimum allowed cpu-shares is %d", MIN_SHARES);
	return 0;
}

static int check_cfs(const HostConfig *h, const LimitSupport *s, Error **err)
{
	if (h->cpu_period != 0 && (h->cpu_period < MIN_CFS || h->cpu_period > MAX_CFS_PERIOD))
		return error_set(err, EINVAL,
				 "CPU cfs period can not be less than 1ms (i.e. 1000) or larger "
				 "than 1s (i.e. 1000000)");
	if (h->cpu_quota > 0 && h->cpu_quota < MIN_CFS)
		return error_set(err, EINVAL, "CPU cfs quota can not be less than 1ms (i.e. 1000)");
	if ((h->cpu_rt_period != 0 || h->cpu_rt_runtime != 0) && !s->cpu_rt)
		return error_set(err, EOPNOTSUPP,
				 "Your kernel does not support CPU real-time scheduler");
	if (h->cpu_rt_runtime != 0 && h->cpu_rt_period != 0 && h->cpu_rt_runtime > h->cpu_rt_period)
		return error_set(
			err, EINVAL,
			"cpu real-time runtime cannot be higher than cpu real-time period");
	return 0;
}

static void discard_cpu(HostConfig *h, const LimitSupport *s, char ***warnings)
{
	if (h->cpu_shares > 0 && !s->cpu_shares) {
		strv_add(warnings, "Your kernel does not support CPU shares or the cgroup is not "
				   "mounted. Shares discarded.");
		h->cpu_shares = 0;
	}
	if ((h->cpu_period != 0 || h->cpu_quota != 0) && !s->cpu_cfs) {
		strv_add(warnings, "Your kernel does not support CPU CFS scheduler. CPU "
				   "period/quota discarded.");
		h->cpu_period = h->cpu_quota = 0;
	}
	if ((!str_empty(h->cpuset_cpus) || !str_empty(h->cpuset_mems)) && !s->cpuset) {
		strv_add(warnings, "Your kernel does not support cpuset or the cgroup is not "
				   "mounted. Cpuset discarded.");
		free(steal(&h->cpuset_cpus));
		free(steal(&h->cpuset_mems));
	}
}

static int check_set(const char *want, const char *available, const char *what, const char *kind,
		     Error **err)
{
	uint8_t a[CPU_SET_BYTES], b[CPU_SET_BYTES];
	size_t n, m;
	int r = str_empty(want) ? 0 : cpu_list_parse(want, a, sizeof(a), &n);

	if (r == -EINVAL)
		return error_set(err, EINVAL, "Invalid value %s for cpuset %s: invalid format: %s",
				 want, kind, want);
	if (r == -ERANGE)
		return error_set(
			err, EINVAL,
			"Invalid value %s for cpuset %s: value of out range, maximum is %d", want,
			kind, CPU_SET_BYTES * 8);
	if (str_empty(want) || !available || cpu_list_parse(available, b, sizeof(b), &m) < 0)
		return 0;
	for (size_t i = 0; r >= 0 && i < n; i++)
		if (a[i] & ~b[i])
			r = -ERANGE;
	return r < 0 ? error_set(err, EINVAL,
				 "Requested %s are not available - requested %s, available: %s",
				 what, want, available)
		     : 0;
}

/* ---- block devices ---- */

static void discard_weights(HostConfig *h, const LimitSupport *s, char ***warnings)
{
	if (h->blkio_weight > 0 && !s->blkio_weight) {
		strv_add(warnings, "Your kernel does not support Block I/O weight or the cgroup is "
				   "not mounted. Weight discarded.");
		h->blkio_weight = 0;
	}
	if (h->n_blkio_weight_device > 0 && !s->blkio_weight_device) {
		strv_add(warnings, "Your kernel does not support Block I/O weight_device or the "
				   "cgroup is not mounted. Weight-device discarded.");
		for (size_t i = 0; i < h->n_blkio_weight_device; i++)
			free(h->blkio_weight_device[i].path);
		free(steal(&h->blkio_weight_device));
		h->n_blkio_weight_device = 0;
	}
}

typedef struct Throttle {
	ThrottleDevice **list;
	size_t *n;
	const char *warning;
} Throttle;

static int check_throttle(const Throttle *t, const LimitSupport *s, char ***warnings, Error **err)
{
	struct stat st;

	for (size_t i = 0; s->blkio_throttle && i < *t->n; i++)
		if (stat((*t->list)[i].path, &st) < 0)
			return error_errno(err, errno, "stat %s", (*t->list)[i].path);
	if (s->blkio_throttle || *t->n == 0)
		return 0;
	strv_add(warnings, t->warning);
	for (size_t i = 0; i < *t->n; i++)
		free((*t->list)[i].path);
	free(steal(t->list));
	*t->n = 0;
	return 0;
}

static int check_block(HostConfig *h, const LimitSupport *s, char ***warnings, Error **err)
{
	const Throttle throttles[] = {
		{ &h->blkio_read_bps, &h->n_blkio_read_bps,
		  "Your kernel does not support BPS Block I/O read limit or the cgroup is not "
		  "mounted. Block I/O BPS read limit discarded." },
		{ &h->blkio_write_bps, &h->n_blkio_write_bps,
		  "Your kernel does not support BPS Block I/O write limit or the cgroup is not "
		  "mounted. Block I/O BPS write limit discarded." },
		{ &h->blkio_read_iops, &h->n_blkio_read_iops,
		  "Your kernel does not support IOPS Block read limit or the cgroup is not "
		  "mounted. Block I/O IOPS read limit discarded." },
		{ &h->blkio_write_iops, &h->n_blkio_write_iops,
		  "Your kernel does not support IOPS Block write limit or the cgroup is not "
		  "mounted. Block I/O IOPS write limit discarded." },
	};
	struct stat st;
	int r = 0;

	discard_weights(h, s, warnings);
	if (h->blkio_weight != 0 && (h->blkio_weight < 10 || h->blkio_weight > 1000))
		return error_set(err, EINVAL, "Range of blkio weight is from 10 to 1000");
	for (size_t i = 0; i < h->n_blkio_weight_device; i++)
		if (stat(h->blkio_weight_device[i].path, &st) < 0)
			return error_errno(err, errno, "stat %s", h->blkio_weight_device[i].path);
	for (size_t i = 0; i < sizeof(throttles) / sizeof(throttles[0]) && r >= 0; i++)
		r = check_throttle(&throttles[i], s, warnings, err);
	return r;
}

bool limits_given(const HostConfig *h)
{
	return h->memory || h->memory_swap || h->memory_reservation || h->memory_swappiness >= 0 ||
	       h->oom_kill_disable || h->pids_limit || h->nano_cpus || h->cpu_shares ||
	       h->cpu_period || h->cpu_quota || h->cpu_rt_period || h->cpu_rt_runtime ||
	       !str_empty(h->cpuset_cpus) || !str_empty(h->cpuset_mems) || h->blkio_weight ||
	       h->n_blkio_weight_device || h->n_blkio_read_bps || h->n_blkio_write_bps ||
	       h->n_blkio_read_iops || h->n_blkio_write_iops;
}

int limits_check(HostConfig *h, const LimitSupport *s, bool update, char ***warnings, Error **err)
{
	int r = check_memory(h, update, err);

	if (r < 0)
		return r;
	discard_memory(h, s, warnings);
	r = check_cpus(h, s, err);
	if (r < 0)
		return r;
	discard_cpu(h, s, warnings);
	r = check_cfs(h, s, err);
	if (r >= 0)
		r = check_set(h->cpuset_cpus, s->cpuset_cpus, "CPUs", "cpus", err);
	if (r >= 0)
		r = check_set(h->cpuset_mems, s->cpuset_mems, "memory nodes", "mems", err);
	return r < 0 ? r : check_block(h, s, warnings, err);
}

int limits_check_new(Runtime *rt, HostConfig *h, Error **err)
{
	cleanup_limit_support LimitSupport support = { 0 };
	cleanup_strv char **warnings = NULL;
	int r;

	if (!limits_given(h))
		return 0;
	limit_support_detect(&support);
	r = limits_check(h, &support, false, &warnings, err);
	if (r < 0)
		return r;
	if (h->memory > 0)
		h->memory_swap = memory_and_swap(h);
	STRV_FOREACH(w, warnings) {
		cleanup_free char *line = xasprintf("WARNING: %s", *w);

		if (rt->notice)
			rt->notice(line, rt->userdata);
	}
	return 0;
}

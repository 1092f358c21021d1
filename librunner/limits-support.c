/* What the control groups of this host offer. */
#include <fcntl.h>
#include <sched.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "librunner/cgroup-hierarchy.h"
#include "librunner/limits-check.h"

#define MAX_LIST 4096
/* There when systemd is the host's PID 1: limits are set on its units, wherever we are ourselves.
 */
#define SYSTEMD_DIR "/run/systemd/system"
#define UNIFIED_ROOT "/sys/fs/cgroup"

static bool has(const char *dir, const char *file)
{
	cleanup_free char *path = dir ? xasprintf("%s/%s", dir, file) : NULL;

	return path && access(path, F_OK) == 0;
}

static char *read_line(const char *dir, const char *file)
{
	cleanup_free char *path = dir ? xasprintf("%s/%s", dir, file) : NULL;
	cleanup_strbuf Strbuf b = STRBUF_INIT;

	if (!path || fs_read_file(AT_FDCWD, path, MAX_LIST, &b) < 0 || b.len < 2)
		return NULL;
	b.data[b.len - 1] = '\0';
	return strbuf_steal(&b);
}

static void detect_v1(LimitSupport *s)
{
	cleanup_free char *memory = hierarchy_of("memory"), *cpu = hierarchy_of("cpu"),
			  *cpuset = hierarchy_of("cpuset"), *blkio = hierarchy_of("blkio"),
			  *pids = hierarchy_of("pids");

	s->memory = has(memory, "memory.limit_in_bytes");
	s->swap = has(memory, "memory.memsw.limit_in_bytes");
	s->reservation = has(memory, "memory.soft_limit_in_bytes");
	s->swappiness = has(memory, "memory.swappiness");
	s->oom_kill_disable = has(memory, "memory.oom_control");
	s->pids = pids != NULL;
	s->cpu_cfs = has(cpu, "cpu.cfs_quota_us");
	s->cpu_shares = has(cpu, "cpu.shares");
	s->cpu_rt = has(cpu, "cpu.rt_runtime_us");
	s->cpuset = cpuset != NULL;
	s->cpuset_cpus = read_line(cpuset, "cpuset.effective_cpus");
	s->cpuset_mems = read_line(cpuset, "cpuset.effective_mems");
	s->blkio_weight = has(blkio, "blkio.weight");
	s->blkio_weight_device = has(blkio, "blkio.weight_device");
	s->blkio_throttle = has(blkio, "blkio.throttle.read_bps_device");
}

/* Swap is accounted for where a group has the file; the root group has none. */
static bool has_swap_accounting(const char *dir)
{
	cleanup_free char *swaps = read_line("/proc", "swaps");

	return has(dir, "memory.swap.max") || swaps != NULL;
}

static void detect_v2(LimitSupport *s)
{
	bool systemd = access(SYSTEMD_DIR, F_OK) == 0;
	cleanup_free char *dir = hierarchy_of(""), *top = NULL, *text = NULL;
	cleanup_strv char **names = NULL;

	if (systemd && has(UNIFIED_ROOT, "cgroup.controllers"))
		top = xstrdup(UNIFIED_ROOT);
	else
		top = xstrdup(dir);
	text = read_line(top, "cgroup.controllers");
	if (!text)
		return;
	names = strv_split(text, ' ');
	if (strv_contains(names, "memory")) {
		s->memory = s->reservation = true;
		s->swap = has_swap_accounting(dir);
	}
	s->pids |= strv_contains(names, "pids");
	if (strv_contains(names, "cpu"))
		s->cpu_cfs = s->cpu_shares = true;
	if (strv_contains(names, "cpuset")) {
		s->cpuset = true;
		s->cpuset_cpus = read_line(top, "cpuset.cpus.effective");
		s->cpuset_mems = read_line(top, "cpuset.mems.effective");
	}
	if (strv_contains(names, "io"))
		s->blkio_weight = s->blkio_weight_device = s->blkio_throttle = true;
}

void limit_support_detect(LimitSupport *ret)
{
	cpu_set_t set;

	*ret = (LimitSupport){ .cpus = 1 };
	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		ret->cpus = CPU_COUNT(&set);
	detect_v1(ret);
	detect_v2(ret);
}

void limit_support_clear(LimitSupport *s)
{
	free(s->cpuset_cpus);
	free(s->cpuset_mems);
	*s = (LimitSupport){ 0 };
}

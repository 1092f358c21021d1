#include "librunner/usage.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "librunner/cgroup-internal.h"

#define MAX_PROC_FILE (1 << 20)
#define NSEC_PER_USEC UINT64_C(1000)

/* ---- parsers ---- */

uint64_t usage_parse_key(const char *text, const char *key)
{
	size_t n = strlen(key);

	for (const char *p = text; p && *p; p = strchr(p, '\n'), p = p ? p + 1 : NULL)
		if (strncmp(p, key, n) == 0 && p[n] == ' ')
			return strtoull(p + n + 1, NULL, 10);
	return 0;
}

void usage_parse_io_v2(const char *text, Usage *ret)
{
	for (const char *p = text; (p = strchr(p, ' ')); p++) {
		if (startswith(p + 1, "rbytes="))
			ret->block_read += strtoull(p + 8, NULL, 10);
		else if (startswith(p + 1, "wbytes="))
			ret->block_written += strtoull(p + 8, NULL, 10);
	}
}

void usage_parse_io_v1(const char *text, Usage *ret)
{
	for (const char *p = text; (p = strchr(p, ' ')); p++) {
		if (startswith(p + 1, "Read "))
			ret->block_read += strtoull(p + 6, NULL, 10);
		else if (startswith(p + 1, "Write "))
			ret->block_written += strtoull(p + 7, NULL, 10);
	}
}

void usage_parse_network(const char *text, Usage *ret)
{
	cleanup_strv char **lines = strv_split(text, '\n');

	STRV_FOREACH(l, lines) {
		unsigned long long received, sent;
		char *colon = strchr(*l, ':');

		if (!colon)
			continue;
		*colon = '\0';
		if (streq(*l + strspn(*l, " "), "lo"))
			continue;
		if (sscanf(colon + 1, " %llu %*s %*s %*s %*s %*s %*s %*s %llu", &received, &sent) !=
		    2)
			continue;
		ret->net_received += received;
		ret->net_sent += sent;
	}
}

/* ---- reading ---- */

/* A file with one number of the first group that has it; 0 where there is none ("max"). */
static uint64_t number_of(const Cgroup *cg, const char *file)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;
	const char *dir = cgroup_dir_with(cg, file);

	return dir && cgroup_file_read(dir, file, &b) >= 0 ? strtoull(b.data, NULL, 10) : 0;
}

static void read_cpu(const Cgroup *cg, Usage *ret)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;
	const char *dir;

	ret->cpu_nsec = number_of(cg, "cpuacct.usage");
	if (ret->cpu_nsec)
		return;
	dir = cgroup_dir_with(cg, "cpu.stat");
	if (dir && cgroup_file_read(dir, "cpu.stat", &b) >= 0)
		ret->cpu_nsec = usage_parse_key(b.data, "usage_usec") * NSEC_PER_USEC;
}

static uint64_t machine_memory(void)
{
	long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);

	return pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size : 0;
}

static void read_memory(const Cgroup *cg, Usage *ret)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;
	const char *dir = cgroup_dir_with(cg, "memory.current");
	bool v2 = dir != NULL;
	uint64_t all = machine_memory(), inactive;

	if (!dir)
		dir = cgroup_dir_with(cg, "memory.usage_in_bytes");
	if (!dir)
		return;
	ret->memory = number_of(cg, v2 ? "memory.current" : "memory.usage_in_bytes");
	ret->memory_limit = number_of(cg, v2 ? "memory.max" : "memory.limit_in_bytes");
	ret->memory_peak = number_of(cg, v2 ? "memory.peak" : "memory.max_usage_in_bytes");
	if (ret->memory_limit == 0 || ret->memory_limit > all)
		ret->memory_limit = all;
	if (cgroup_file_read(dir, "memory.stat", &b) < 0)
		return;
	inactive = usage_parse_key(b.data, v2 ? "inactive_file" : "total_inactive_file");
	if (inactive < ret->memory)
		ret->memory -= inactive;
}

static void read_block(const Cgroup *cg, Usage *ret)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;
	const char *v1 = "blkio.throttle.io_service_bytes_recursive";
	const char *dir = cgroup_dir_with(cg, "io.stat");

	if (dir && cgroup_file_read(dir, "io.stat", &b) >= 0) {
		usage_parse_io_v2(b.data ? b.data : "", ret);
		return;
	}
	dir = cgroup_dir_with(cg, v1);
	if (dir && cgroup_file_read(dir, v1, &b) >= 0)
		usage_parse_io_v1(b.data ? b.data : "", ret);
}

/* systemd-nspawn has a group of its own beside the payload's where there is v2 with controllers;
 * elsewhere it is the one process too many. */
static void read_pids(const Cgroup *cg, Usage *ret)
{
	ret->pids = number_of(cg, "payload/pids.current");
	if (ret->pids)
		return;
	ret->pids = number_of(cg, "pids.current");
	if (ret->pids)
		ret->pids--;
}

/* Whether the process has a network of its own. */
static bool has_network(pid_t leader)
{
	cleanup_free char *path = xasprintf("/proc/%d/ns/net", (int)leader);
	struct stat theirs, ours;

	return stat(path, &theirs) == 0 && stat("/proc/self/ns/net", &ours) == 0 &&
	       theirs.st_ino != ours.st_ino;
}

static void read_network(pid_t leader, Usage *ret)
{
	cleanup_free char *path = xasprintf("/proc/%d/net/dev", (int)leader);
	cleanup_strbuf Strbuf b = STRBUF_INIT;

	if (leader > 0 && has_network(leader) &&
	    fs_read_file(AT_FDCWD, path, MAX_PROC_FILE, &b) >= 0)
		usage_parse_network(b.data, ret);
}

void usage_read(const Cgroup *cg, pid_t leader, Usage *ret)
{
	*ret = (Usage){ 0 };
	read_cpu(cg, ret);
	read_memory(cg, ret);
	read_block(cg, ret);
	read_pids(cg, ret);
	read_network(leader, ret);
}

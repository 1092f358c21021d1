#include "librunner/info.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <sys/vfs.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "libcommon/timestamp.h"
#include "libcommon/version.h"
#include "librunner/container-brief.h"
#include "librunner/container-state.h"
#include "librunner/guest-systemd.h"
#include "librunner/host.h"
#include "librunner/limits-check.h"
#include "librunner/os-release.h"

#define SYSTEMD_DIR "/run/systemd/system"
#define MACHINED_SOCKET "/run/systemd/machine/io.systemd.Machine"

typedef struct InfoView {
	int64_t containers, running, paused, stopped, images;
	char *driver;
	json_t *driver_status, *plugins;
	bool memory, swap, cfs_period, cfs_quota, cpu_shares, cpuset, pids, forwarding, debug, oom;
	char *system_time, *logging_driver, *cgroup_driver, *cgroup_version, *kernel_version;
	char *operating_system, *os_version, *os_type, *architecture, *index_server;
	int64_t cpus, memory_total;
	char *root, *http_proxy, *https_proxy, *no_proxy, *name;
	char *server_version;
	json_t *runtimes;
	char *default_runtime;
	bool live_restore;
	char *init_binary;
	char **security_options, **warnings;
	json_t *client, *racker;
} InfoView;

/* clang-format off */
static const JsonField info_fields[] = {
	JSON_INT(InfoView, "Containers", containers, 0),
	JSON_INT(InfoView, "ContainersRunning", running, 0),
	JSON_INT(InfoView, "ContainersPaused", paused, 0),
	JSON_INT(InfoView, "ContainersStopped", stopped, 0),
	JSON_INT(InfoView, "Images", images, 0),
	JSON_STRING(InfoView, "Driver", driver, 0),
	JSON_RAW(InfoView, "DriverStatus", driver_status, 0),
	JSON_RAW(InfoView, "Plugins", plugins, 0),
	JSON_BOOL(InfoView, "MemoryLimit", memory, 0),
	JSON_BOOL(InfoView, "SwapLimit", swap, 0),
	JSON_BOOL(InfoView, "CpuCfsPeriod", cfs_period, 0),
	JSON_BOOL(InfoView, "CpuCfsQuota", cfs_quota, 0),
	JSON_BOOL(InfoView, "CPUShares", cpu_shares, 0),
	JSON_BOOL(InfoView, "CPUSet", cpuset, 0),
	JSON_BOOL(InfoView, "PidsLimit", pids, 0),
	JSON_BOOL(InfoView, "IPv4Forwarding", forwarding, 0),
	JSON_BOOL(InfoView, "Debug", debug, 0),
	JSON_BOOL(InfoView, "OomKillDisable", oom, 0),
	JSON_STRING(InfoView, "SystemTime", system_time, 0),
	JSON_STRING(InfoView, "LoggingDriver", logging_driver, 0),
	JSON_STRING(InfoView, "CgroupDriver", cgroup_driver, 0),
	JSON_STRING(InfoView, "CgroupVersion", cgroup_version, 0),
	JSON_STRING(InfoView, "KernelVersion", kernel_version, 0),
	JSON_STRING(InfoView, "OperatingSystem", operating_system, 0),
	JSON_STRING(InfoView, "OSVersion", os_version, 0),
	JSON_STRING(InfoView, "OSType", os_type, 0),
	JSON_STRING(InfoView, "Architecture", architecture, 0),
	JSON_STRING(InfoView, "IndexServerAddress", index_server, 0),
	JSON_INT(InfoView, "NCPU", cpus, 0),
	JSON_INT(InfoView, "MemTotal", memory_total, 0),
	JSON_STRING(InfoView, "DockerRootDir", root, 0),
	JSON_STRING(InfoView, "HttpProxy", http_proxy, 0),
	JSON_STRING(InfoView, "HttpsProxy", https_proxy, 0),
	JSON_STRING(InfoView, "NoProxy", no_proxy, 0),
	JSON_STRING(InfoView, "Name", name, 0),
	JSON_STRING(InfoView, "ServerVersion", server_version, 0),
	JSON_RAW(InfoView, "Runtimes", runtimes, 0),
	JSON_STRING(InfoView, "DefaultRuntime", default_runtime, 0),
	JSON_BOOL(InfoView, "LiveRestoreEnabled", live_restore, 0),
	JSON_STRING(InfoView, "InitBinary", init_binary, 0),
	JSON_STRV(InfoView, "SecurityOptions", security_options, 0),
	JSON_STRV(InfoView, "Warnings", warnings, JSON_NULL_EMPTY),
	JSON_RAW(InfoView, "ClientInfo", client, 0),
	JSON_RAW(InfoView, "Racker", racker, 0),
	JSON_END,
};
static const JsonType info_type = { "info", sizeof(InfoView), info_fields };
/* clang-format on */

static int count_containers(Runtime *rt, InfoView *v, Error **err)
{
	Container **list = NULL;
	size_t n = 0;
	int r = container_list_brief(rt, 0, &list, &n, err);

	for (size_t i = 0; r >= 0 && i < n; i++)
		if (streq_null(list[i]->state.status, "paused"))
			v->paused++;
		else if (container_is_running(list[i]))
			v->running++;
		else
			v->stopped++;
	v->containers = (int64_t)n;
	container_list_free(list, n);
	return r;
}

static int count_images(Runtime *rt, InfoView *v, Error **err)
{
	Image **images = NULL;
	size_t n = 0;
	int r = image_list(rt->store, &images, &n, err);

	for (size_t i = 0; i < n; i++)
		image_free(images[i]);
	free(images);
	v->images = (int64_t)n;
	return r;
}

static const char *filesystem_name(int fd)
{
	static const struct {
		long magic;
		const char *name;
	} known[] = {
		{ EXT4_SUPER_MAGIC, "extfs" },		{ XFS_SUPER_MAGIC, "xfs" },
		{ BTRFS_SUPER_MAGIC, "btrfs" },		{ TMPFS_MAGIC, "tmpfs" },
		{ OVERLAYFS_SUPER_MAGIC, "overlayfs" }, { 0x2fc12fc1, "zfs" },
		{ F2FS_SUPER_MAGIC, "f2fs" },		{ NFS_SUPER_MAGIC, "nfs" },
	};
	struct statfs fs = { 0 };

	(void)fstatfs(fd, &fs);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if ((long)fs.f_type == known[i].magic)
			return known[i].name;
	return "<unknown>";
}

static void describe_limits(InfoView *v)
{
	cleanup_limit_support LimitSupport s = { 0 };

	limit_support_detect(&s);
	v->memory = s.memory;
	v->swap = s.swap;
	v->cfs_period = v->cfs_quota = s.cpu_cfs;
	v->cpu_shares = s.cpu_shares;
	v->cpuset = s.cpuset;
	v->pids = s.pids;
	v->oom = s.oom_kill_disable;
	v->cpus = s.cpus;
	if (!s.memory)
		strv_add(&v->warnings, "WARNING: No memory limit support");
	else if (!s.swap)
		strv_add(&v->warnings, "WARNING: No swap limit support");
	if (!s.cpu_cfs)
		strv_add(&v->warnings, "WARNING: No cpu cfs quota support");
	if (!s.cpu_shares)
		strv_add(&v->warnings, "WARNING: No cpu shares support");
	if (!s.cpuset)
		strv_add(&v->warnings, "WARNING: No cpuset support");
}

static void describe_system(InfoView *v)
{
	cleanup_strbuf Strbuf text = STRBUF_INIT, forward = STRBUF_INIT;
	cleanup_os_release OsRelease *os = NULL;
	struct utsname host = { 0 };
	struct sysinfo memory = { 0 };

	(void)uname(&host);
	(void)sysinfo(&memory);
	if (fs_read_file(AT_FDCWD, "/etc/os-release", OS_RELEASE_MAX_SIZE, &text) < 0)
		(void)fs_read_file(AT_FDCWD, "/usr/lib/os-release", OS_RELEASE_MAX_SIZE, &text);
	os = os_release_parse(text.data ? text.data : "", text.len);
	(void)fs_read_file(AT_FDCWD, "/proc/sys/net/ipv4/ip_forward", 16, &forward);
	v->forwarding = forward.data && forward.data[0] == '1';
	v->system_time = timestamp_now();
	v->kernel_version = xstrdup(host.release);
	v->operating_system = xstrdup(os->pretty_name ? os->pretty_name : os->id);
	v->os_version = xstrdup(os->version_id);
	v->os_type = xstrdup("linux");
	v->architecture = xstrdup(host.machine);
	v->memory_total = (int64_t)memory.totalram * memory.mem_unit;
	v->name = xstrdup(host.nodename);
}

static char *proxy(const char *upper, const char *lower)
{
	const char *value = getenv(upper);

	return xstrdup(str_empty(value) ? getenv(lower) : value);
}

/* How containers are run here. */
static void describe_engine(Runtime *rt, InfoView *v)
{
	HostCgroup cgroup = host_cgroup();
	bool systemd = access(SYSTEMD_DIR, F_OK) == 0;

	v->driver = xstrdup("overlay2");
	v->driver_status =
		json_pack("[[s, s], [s, s]]", "Backing Filesystem",
			  filesystem_name(store_fd(rt->store)), "Supports d_type", "true");
	v->plugins = json_pack("{s:[], s:[s, s], s:n, s:[s, s, s]}", "Volume", "Network", "host",
			       "none", "Authorization", "Log", "journald", "json-file", "none");
	v->debug = rt->debug;
	v->logging_driver = xstrdup("json-file");
	v->cgroup_driver = xstrdup(systemd ? "systemd" : "cgroupfs");
	v->cgroup_version = xstrdup(cgroup == HOST_CGROUP_UNIFIED ? "2" : "1");
	v->index_server = xstrdup("https://index.docker.io/v1/");
	v->root = xstrdup(rt->root);
	v->http_proxy = proxy("HTTP_PROXY", "http_proxy");
	v->https_proxy = proxy("HTTPS_PROXY", "https_proxy");
	v->no_proxy = proxy("NO_PROXY", "no_proxy");
	v->server_version = xstrdup(racker_version);
	v->default_runtime = xstrdup("nspawn");
	/* There is no daemon that containers could end with. */
	v->live_restore = true;
	v->init_binary = xstrdup("racker-init");
	strv_add(&v->security_options, "name=seccomp,profile=builtin");
	strv_add(&v->security_options, "name=cgroupns");
}

static void describe_nspawn(InfoView *v)
{
	cleanup_free char *path = nspawn_find(), *version = path ? nspawn_version(path) : NULL;

	v->runtimes = json_pack("{s:{s:s}}", "nspawn", "path", path ? path : "");
	v->racker =
		json_pack("{s:s, s:s, s:b, s:b}", "NspawnPath", path ? path : "", "NspawnVersion",
			  version ? version : "", "Systemd", access(SYSTEMD_DIR, F_OK) == 0,
			  "Machined", access(MACHINED_SOCKET, F_OK) == 0);
	if (!path)
		strv_add(&v->warnings, "WARNING: systemd-nspawn is not installed");
}

static json_t *client_info(const Runtime *rt)
{
	cleanup_free char *architecture = host_architecture();

	return json_pack("{s:b, s:s, s:s, s:s, s:s}", "Debug", rt->debug, "Version", racker_version,
			 "GitCommit", racker_commit, "Os", "linux", "Arch", architecture);
}

int system_info(Runtime *rt, json_t **ret, Error **err)
{
	InfoView v = { 0 };
	int r = count_containers(rt, &v, err);

	if (r >= 0)
		r = count_images(rt, &v, err);
	if (r >= 0) {
		describe_limits(&v);
		describe_system(&v);
		describe_engine(rt, &v);
		describe_nspawn(&v);
		v.client = client_info(rt);
		*ret = json_encode(&info_type, &v);
	}
	json_clear(&info_type, &v);
	return r;
}

#include "librunner/guest-systemd.h"

#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "libcommon/str.h"

/* systemd's program has about 100 KB, with everything linked statically a few MB. */
#define MAX_PROGRAM (64 * 1024 * 1024)
/* Since 231 the program is linked to a library that has the version in its name. */
#define SHARED_LIBRARY "libsystemd-shared-"
/* The first version that runs on cgroup v2 alone; those before 231 are not told apart, and no
 * distribution shipped 230. */
#define FIRST_UNIFIED 231
/* The first version that has no cgroup v1. */
#define FIRST_WITHOUT_LEGACY 258

static const char *const programs[] = { "/usr/lib/systemd/systemd", "/lib/systemd/systemd", NULL };
static const char *const inits[] = { "/sbin/init", "/usr/sbin/init", NULL };
static const char *const buses[] = { "/usr/bin/dbus-daemon", "/usr/bin/dbus-broker-launch",
				     "/bin/dbus-daemon", NULL };

static const char *first_of(const LayersLookup *l, const char *const *paths)
{
	for (; *paths; paths++)
		if (layers_lookup_executable(l, *paths))
			return *paths;
	return NULL;
}

/* The number behind the library's name in the program's text; 0 for none. */
static int scan_version(const char *text, size_t n)
{
	const char *p = memmem(text, n, SHARED_LIBRARY, strlen(SHARED_LIBRARY)), *end = text + n;
	int version = 0;

	if (!p)
		return 0;
	for (p += strlen(SHARED_LIBRARY); p < end && *p >= '0' && *p <= '9' && version < 10000; p++)
		version = version * 10 + (*p - '0');
	return version;
}

static int program_version(const LayersLookup *l, const char *path)
{
	cleanup_fd int fd = layers_lookup_open_file(l, path);
	struct stat st;
	void *text;
	int version;

	if (fd < 0 || fstat(fd, &st) < 0 || st.st_size <= 0 || st.st_size > MAX_PROGRAM)
		return 0;
	text = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (text == MAP_FAILED)
		return 0;
	version = scan_version(text, (size_t)st.st_size);
	(void)munmap(text, (size_t)st.st_size);
	return version;
}

void guest_systemd_probe(const LayersLookup *l, GuestSystemd *ret)
{
	const char *program = first_of(l, programs);

	*ret = (GuestSystemd){ .present = program != NULL };
	if (!program)
		return;
	ret->complete = first_of(l, inits) && first_of(l, buses);
	ret->version = program_version(l, program);
}

static bool is_unified(const char *path)
{
	struct statfs fs;

	return statfs(path, &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC;
}

HostCgroup host_cgroup(void)
{
	if (is_unified("/sys/fs/cgroup"))
		return HOST_CGROUP_UNIFIED;
	return is_unified("/sys/fs/cgroup/unified") ? HOST_CGROUP_HYBRID : HOST_CGROUP_LEGACY;
}

int guest_systemd_check(const GuestSystemd *g, HostCgroup host, const char *name, Error **err)
{
	if (host == HOST_CGROUP_UNIFIED && g->version < FIRST_UNIFIED)
		return error_set(err, EOPNOTSUPP,
				 "%s cannot be booted on this host: its systemd is older than "
				 "version 230 and needs cgroup v1, the host has cgroup v2 "
				 "(--boot=never runs commands without booting it)",
				 name);
	if (host == HOST_CGROUP_LEGACY && g->version >= FIRST_WITHOUT_LEGACY)
		return error_set(err, EOPNOTSUPP,
				 "%s cannot be booted on this host: its systemd %d needs cgroup "
				 "v2, the host has cgroup v1 (--boot=never runs commands without "
				 "booting it)",
				 name, g->version);
	return 0;
}

bool guest_systemd_needs_unified(int dirfd, const char *name, HostCgroup host)
{
	char *const names[] = { (char *)name, NULL };
	cleanup_layers_lookup LayersLookup *l = NULL;
	GuestSystemd g;

	if (host != HOST_CGROUP_HYBRID || layers_lookup_open(dirfd, names, &l, NULL) < 0)
		return false;
	guest_systemd_probe(l, &g);
	return g.version >= FIRST_WITHOUT_LEGACY;
}

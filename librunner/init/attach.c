#include "librunner/init/attach.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "librunner/init/channel.h"
#include "librunner/init/mount-api.h"
#include "librunner/init/mountinfo.h"
#include "librunner/init/protocol.h"
#include "librunner/init/text.h"

/* Links that lead to a place that is not there yet, one behind the other. */
#define MAX_LINKS 40

/* Files of /proc that may be replaced, as runc has them: what lxcfs provides. */
static const char *const proc_files[] = {
	"/proc/cpuinfo",
	"/proc/diskstats",
	"/proc/meminfo",
	"/proc/stat",
	"/proc/swaps",
	"/proc/uptime",
	"/proc/loadavg",
	"/proc/slabinfo",
	"/proc/sys/kernel/ns_last_pid",
	"/proc/net/dev",
	"/proc/sys/crypto/fips_enabled",
};

static int make_missing(const char *path, bool directory, int links);

/* What a dangling link means is made. */
static int make_link_target(const char *path, bool directory, int links)
{
	char target[PATH_MAX];
	ssize_t n = readlink(path, target, sizeof(target) - 1);
	Text full = { .n = 0 };
	const char *slash = strrchr(path, '/');

	if (n <= 0)
		return ENOENT;
	if (links >= MAX_LINKS)
		return ELOOP;
	target[n] = '\0';
	if (target[0] != '/') {
		for (const char *p = path; p <= slash && full.n + 1 < sizeof(full.s); p++)
			full.s[full.n++] = *p;
		full.s[full.n] = '\0';
	}
	text_add(&full, target);
	return make_missing(full.s, directory, links + 1);
}

static int make_one(const char *path, bool directory, int links)
{
	struct stat st;

	if (stat(path, &st) == 0)
		return 0;
	if (lstat(path, &st) == 0)
		return make_link_target(path, directory, links);
	return (directory ? mkdir(path, 0755) : mknod(path, S_IFREG | 0644, 0)) < 0 ? errno : 0;
}

/* Makes it with its parents; an errno. */
static int make_missing(const char *path, bool directory, int links)
{
	char copy[PATH_MAX];
	size_t n = strlen(path);
	int r = 0;

	if (n == 0 || n >= sizeof(copy))
		return ENAMETOOLONG;
	memcpy(copy, path, n + 1);
	for (char *p = copy + 1; r == 0 && *p; p++)
		if (*p == '/') {
			*p = '\0';
			r = make_one(copy, true, links);
			*p = '/';
		}
	return r ? r : make_one(copy, directory, links);
}

static void check_place(int fd, const char *target)
{
	char link[64], path[PATH_MAX];
	Text t = { .n = 0 };
	ssize_t n;

	text_add(&t, "/proc/self/fd/");
	text_add_number(&t, (uint64_t)fd);
	memcpy(link, t.s, t.n + 1);
	n = readlink(link, path, sizeof(path) - 1);
	if (n <= 0)
		fail_errno(125, "error mounting to rootfs at \"", target, "\"", NULL);
	path[n] = '\0';
	if (strcmp(path, "/") == 0)
		fail(125, "error mounting to rootfs at \"", target, "\": destination can't be '/'",
		     NULL);
	if (!path_within(path, "/proc"))
		return;
	for (size_t i = 0; i < sizeof(proc_files) / sizeof(proc_files[0]); i++)
		if (strcmp(path, proc_files[i]) == 0)
			return;
	fail(125, "error mounting to rootfs at \"", target, "\": \"", path,
	     strcmp(path, "/proc") == 0 ? "\" cannot be mounted because it is not of type proc"
					: "\" cannot be mounted because it is inside /proc",
	     NULL);
}

static void attach(const char *target, int mount)
{
	struct stat st;
	int place, r;

	if (fstat(mount, &st) < 0)
		fail_errno(125, "stat the mount for ", target, NULL);
	r = make_missing(target, S_ISDIR(st.st_mode), 0);
	errno = r;
	place = r ? -1 : open(target, O_PATH | O_CLOEXEC);
	if (place < 0)
		fail_errno(125, "error mounting to rootfs at \"", target, "\": create mountpoint",
			   NULL);
	check_place(place, target);
	r = mount_attach(mount, place);
	if (r < 0) {
		errno = -r;
		fail_errno(125, "error mounting to rootfs at \"", target, "\"", NULL);
	}
	(void)close(place);
	(void)close(mount);
}

void attach_mounts(const Spec *spec)
{
	int fds[INIT_MAX_MOUNTS];
	size_t n = spec->n_mounts + (spec->cgroup_ns ? 1 : 0);

	if (n == 0)
		return;
	channel_receive_mounts(fds, n);
	for (size_t i = 0; i < spec->n_mounts; i++)
		attach(spec->mounts[i], fds[i]);
	/* What is mounted is still the container's own part of the control groups. */
	if (spec->cgroup_ns && setns(fds[n - 1], CLONE_NEWCGROUP) < 0)
		fail_errno(125, "enter the host's control group namespace", NULL);
}

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

/* What is wrong with a mount, in runc's words; `reason` may be NULL: errno. */
static _Noreturn void fail_mount(const char *source, const char *target, const char *what,
				 const char *reason)
{
	fail(125, "error during container init: error mounting \"", source, "\" to rootfs at \"",
	     target, "\": ", what, reason ? reason : errno_text(errno), NULL);
}

static void check_place(int fd, const char *source, const char *target)
{
	char path[PATH_MAX];
	Text t = { .n = 0 };
	ssize_t n;

	text_add(&t, "/proc/self/fd/");
	text_add_number(&t, (uint64_t)fd);
	n = readlink(t.s, path, sizeof(path) - 1);
	if (n <= 0)
		fail_mount(source, target, "", NULL);
	path[n] = '\0';
	if (strcmp(path, "/") == 0)
		fail_mount(source, target, "", "destination can't be '/'");
	if (!path_within(path, "/proc"))
		return;
	for (size_t i = 0; i < sizeof(proc_files) / sizeof(proc_files[0]); i++)
		if (strcmp(path, proc_files[i]) == 0)
			return;
	t.n = 0;
	text_join(&t, "\"", path, "\" cannot be mounted because it is ",
		  strcmp(path, "/proc") == 0 ? "not of type proc" : "inside /proc", NULL);
	fail_mount(source, target, t.s, "");
}

static void attach(const char *source, const char *target, int mount)
{
	static const char confusion[] =
		"not a directory: Are you trying to mount a directory onto a file (or vice-versa)? "
		"Check if the specified host path exists and is the expected type";
	struct stat st, at;
	int place, r;

	if (fstat(mount, &st) < 0)
		fail_mount(source, target, "stat: ", NULL);
	r = make_missing(target, S_ISDIR(st.st_mode), 0);
	errno = r;
	place = r ? -1 : open(target, O_PATH | O_CLOEXEC);
	if (place < 0 || fstat(place, &at) < 0)
		fail_mount(source, target,
			   "create mountpoint: ", errno == ENOTDIR ? confusion : NULL);
	check_place(place, source, target);
	if (S_ISDIR(st.st_mode) != S_ISDIR(at.st_mode))
		fail_mount(source, target, "", confusion);
	r = mount_attach(mount, place);
	errno = -r;
	if (r < 0)
		fail_mount(source, target, "", NULL);
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
		attach(i < spec->n_mount_sources ? spec->mount_sources[i] : "", spec->mounts[i],
		       fds[i]);
	/* What is mounted is still the container's own part of the control groups. */
	if (spec->cgroup_ns && setns(fds[n - 1], CLONE_NEWCGROUP) < 0)
		fail_errno(125, "enter the host's control group namespace", NULL);
}

#include "librunner/cgroup-devices.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/cgroup-devices-bpf.h"

#define ALL (DEVICE_READ | DEVICE_WRITE | DEVICE_MKNOD)

/* Docker's list. */
static const DeviceRule defaults[] = {
	{ 'c', DEVICE_ANY, DEVICE_ANY, DEVICE_MKNOD },
	{ 'b', DEVICE_ANY, DEVICE_ANY, DEVICE_MKNOD },
	{ 'c', 1, 3, ALL }, /* null */
	{ 'c', 1, 5, ALL }, /* zero */
	{ 'c', 1, 7, ALL }, /* full */
	{ 'c', 1, 8, ALL }, /* random */
	{ 'c', 1, 9, ALL }, /* urandom */
	{ 'c', 5, 0, ALL }, /* tty */
	{ 'c', 5, 1, ALL }, /* console */
	{ 'c', 5, 2, ALL }, /* ptmx */
	{ 'c', 136, DEVICE_ANY, ALL }, /* pts/ */
	{ 'c', 10, 200, ALL }, /* net/tun */
};
#define N_DEFAULTS (sizeof(defaults) / sizeof(defaults[0]))

/* ---- v1 ---- */

static int write_rule(const char *dir, const char *file, const char *rule)
{
	cleanup_free char *path = xasprintf("%s/%s", dir, file);
	cleanup_fd int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return write(fd, rule, strlen(rule)) < 0 ? -errno : 0;
}

static char *number(int n)
{
	return n == DEVICE_ANY ? xstrdup("*") : xasprintf("%d", n);
}

/* Where we are restricted ourselves, a rule that goes beyond is refused: it could not be used. */
static int allow_v1(const char *dir, const DeviceRule *rule)
{
	cleanup_free char *major = number(rule->major), *minor = number(rule->minor);
	cleanup_free char *text = xasprintf("%c %s:%s %s%s%s", rule->type, major, minor,
					    rule->access & DEVICE_READ ? "r" : "",
					    rule->access & DEVICE_WRITE ? "w" : "",
					    rule->access & DEVICE_MKNOD ? "m" : "");
	int r = write_rule(dir, "devices.allow", text);

	return r == -EPERM ? 0 : r;
}

static int allow_all_v1(const char *dir)
{
	int r = write_rule(dir, "devices.allow", "a");

	return r == -EPERM ? 0 : r;
}

static int add_v1(const char *dir, const DeviceRule *rules, size_t n)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < n; i++)
		r = allow_v1(dir, &rules[i]);
	return r;
}

static int restrict_v1(const char *dir)
{
	int r = write_rule(dir, "devices.deny", "a");

	return r < 0 ? r : add_v1(dir, defaults, N_DEFAULTS);
}

/* ---- either ---- */

static bool has_file(const char *dir, const char *name)
{
	cleanup_free char *path = xasprintf("%s/%s", dir, name);

	return access(path, F_OK) == 0;
}

/* The group's place that decides about devices; NULL without any. */
static const char *find_place(char *const *dirs, bool *ret_v1)
{
	const char *v2 = NULL;

	*ret_v1 = true;
	STRV_FOREACH(d, dirs) {
		if (has_file(*d, "devices.deny"))
			return *d;
		if (has_file(*d, "cgroup.controllers"))
			v2 = *d;
	}
	*ret_v1 = false;
	return v2;
}

int cgroup_devices_restrict(char *const *dirs)
{
	bool v1;
	const char *dir = find_place(dirs, &v1);

	if (!dir)
		return 0;
	return v1 ? restrict_v1(dir) : cgroup_devices_bpf(dir, defaults, N_DEFAULTS);
}

/* A program of the v2 group replaces the one before: it has the defaults too. */
static int allow_v2(const char *dir, const DeviceRule *rules, size_t n)
{
	cleanup_free DeviceRule *list = xnew(DeviceRule, N_DEFAULTS + n);

	memcpy(list, defaults, sizeof(defaults));
	if (n)
		memcpy(list + N_DEFAULTS, rules, n * sizeof(*rules));
	return cgroup_devices_bpf(dir, list, N_DEFAULTS + n);
}

int cgroup_devices_allow(char *const *dirs, const DeviceRule *rules, size_t n, bool all)
{
	bool v1;
	const char *dir = find_place(dirs, &v1);

	if (!dir || (n == 0 && !all))
		return 0;
	if (all)
		return v1 ? allow_all_v1(dir) : cgroup_devices_bpf(dir, NULL, 0);
	return v1 ? add_v1(dir, rules, n) : allow_v2(dir, rules, n);
}

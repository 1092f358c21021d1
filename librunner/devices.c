#include "librunner/devices.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "libcommon/alloc.h"
#include "libcommon/path.h"
#include "libcommon/str.h"

/* Directories below each other, and nodes: a host has some hundred. */
#define MAX_DEPTH 16
#define MAX_NODES 4096

void devices_clear(Devices *d)
{
	for (size_t i = 0; i < d->n; i++) {
		free(d->nodes[i].host);
		free(d->nodes[i].path);
	}
	free(d->nodes);
	free(d->rules);
	*d = (Devices){ 0 };
}

static void add_rule(Devices *d, DeviceRule rule)
{
	GROW(d->rules, d->n_rules, &d->cap_rules);
	d->rules[d->n_rules++] = rule;
}

static unsigned access_of(const char *permissions)
{
	return (strchr(permissions, 'r') ? DEVICE_READ : 0) |
	       (strchr(permissions, 'w') ? DEVICE_WRITE : 0) |
	       (strchr(permissions, 'm') ? DEVICE_MKNOD : 0);
}

static bool is_device(const struct stat *st)
{
	return S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode);
}

static void add_node(Devices *d, const char *host, const char *path, const struct stat *st,
		     const char *permissions)
{
	DeviceNode node = {
		.host = xstrdup(host),
		.path = xstrdup(path),
		.type = S_ISCHR(st->st_mode) ? 'c' : 'b',
		.major = (int)major(st->st_rdev),
		.minor = (int)minor(st->st_rdev),
		.mode = st->st_mode & 0777,
		.uid = st->st_uid,
		.gid = st->st_gid,
	};

	GROW(d->nodes, d->n, &d->cap);
	d->nodes[d->n++] = node;
	add_rule(d, (DeviceRule){ node.type, node.major, node.minor, access_of(permissions) });
}

/* What runc leaves out when it looks for devices. */
static bool is_skipped(const char *name)
{
	static const char *const names[] = { ".",      "..",   "pts",	      "shm",   "fd",
					     "mqueue", ".lxc", ".lxd-mounts", ".udev", "console" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (streq(names[i], name))
			return true;
	return false;
}

static void add_dir(Devices *d, const char *host, const char *path, const char *permissions,
		    unsigned depth)
{
	cleanup_dir DIR *dir = opendir(host);

	for (struct dirent *e; dir && d->n < MAX_NODES && (e = readdir(dir));) {
		cleanup_free char *from = xasprintf("%s/%s", host, e->d_name);
		cleanup_free char *to = xasprintf("%s/%s", path, e->d_name);
		struct stat st;

		if (is_skipped(e->d_name) || lstat(from, &st) < 0)
			continue;
		if (is_device(&st))
			add_node(d, from, to, &st, permissions);
		else if (S_ISDIR(st.st_mode) && depth < MAX_DEPTH)
			add_dir(d, from, to, permissions, depth + 1);
	}
}

static int add_mapping(Devices *d, const DeviceMapping *m, Error **err)
{
	cleanup_free char *host = realpath(m->path_on_host, NULL);
	const char *permissions = str_empty(m->cgroup_permissions) ? "rwm" : m->cgroup_permissions;
	const char *path = str_empty(m->path_in_container) ? m->path_on_host : m->path_in_container;
	struct stat st;

	if (!host || stat(host, &st) < 0)
		return error_set(err, errno,
				 "error gathering device information while adding custom device "
				 "\"%s\": %s",
				 m->path_on_host,
				 errno == ENOENT ? "no such file or directory" : strerror(errno));
	if (S_ISDIR(st.st_mode))
		add_dir(d, host, path, permissions, 0);
	else if (is_device(&st))
		add_node(d, host, path, &st, permissions);
	else
		return error_set(err, EINVAL,
				 "error gathering device information while adding custom device "
				 "\"%s\": not a device node",
				 m->path_on_host);
	return 0;
}

static bool take_number(char **s, char end, int *ret)
{
	char *rest = *s;
	long n;

	if (*rest == '*') {
		*ret = DEVICE_ANY;
		rest++;
	} else {
		n = strtol(rest, &rest, 10);
		if (rest == *s || n < 0 || n > INT_MAX)
			return false;
		*ret = (int)n;
	}
	if (*rest != end)
		return false;
	*s = rest + 1;
	return true;
}

/* "c 10:200 rwm" */
static int add_rule_text(Devices *d, const char *text, Error **err)
{
	cleanup_free char *copy = xstrdup(text);
	char *p = copy + 2;
	DeviceRule rule = { .type = copy[0] };

	if (strlen(copy) < 7 || !strchr("abc", copy[0]) || copy[1] != ' ' ||
	    !take_number(&p, ':', &rule.major) || !take_number(&p, ' ', &rule.minor))
		return error_set(err, EINVAL, "invalid device cgroup format '%s'", text);
	rule.access = access_of(p);
	add_rule(d, rule);
	return 0;
}

int devices_collect(const HostConfig *host, Devices *ret, Error **err)
{
	cleanup_devices Devices d = { .all = host->privileged };
	int r = 0;

	if (host->privileged)
		add_dir(&d, "/dev", "/dev", "rwm", 0);
	for (size_t i = 0; r >= 0 && i < host->n_devices && !host->privileged; i++)
		r = add_mapping(&d, &host->devices[i], err);
	STRV_FOREACH(it, host->device_cgroup_rules)
		r = r < 0 ? r : add_rule_text(&d, *it, err);
	if (r < 0)
		return r;
	*ret = d;
	d = (Devices){ 0 };
	return 0;
}

char **devices_spec(const Devices *d)
{
	char **spec = NULL;

	for (size_t i = 0; i < d->n; i++) {
		const DeviceNode *n = &d->nodes[i];

		strv_addf(&spec, "%c %d %d %o %u %u %s", n->type, n->major, n->minor,
			  (unsigned)n->mode, (unsigned)n->uid, (unsigned)n->gid, n->path);
	}
	return spec;
}

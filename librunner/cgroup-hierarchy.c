#include "librunner/cgroup-hierarchy.h"

#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/cgroup-internal.h"

#define MAX_CGROUP_FILE (64 << 10)
#define MAX_MOUNTINFO (8 << 20)

typedef struct Mount {
	char *root, *point, *type, *options;
} Mount;

/* Fields of a mountinfo line: 3 is the root, 4 the mount point; behind the lone dash come the type,
 * the source and the options of the file system. */
static bool parse_mount(char *const *f, Mount *ret)
{
	size_t n = strv_length(f), dash = 6;

	while (dash < n && !streq(f[dash], "-"))
		dash++;
	if (dash + 3 >= n)
		return false;
	*ret = (Mount){ f[3], f[4], f[dash + 1], f[dash + 3] };
	return true;
}

/* "cpu,cpuacct" of /proc/PID/cgroup are options of the mount, and so is "name=systemd". */
static bool serves(const Mount *m, const char *controllers)
{
	cleanup_strv char **wanted = NULL, **options = NULL;

	if (!*controllers)
		return streq(m->type, "cgroup2");
	if (!streq(m->type, "cgroup"))
		return false;
	wanted = strv_split(controllers, ',');
	options = strv_split(m->options, ',');
	STRV_FOREACH(w, wanted)
		if (!strv_contains(options, *w))
			return false;
	return true;
}

/* Where the group `path` is seen through a mount whose root is `root`. */
static char *place_in(const Mount *m, const char *path)
{
	const char *rest = streq(m->root, "/") ? path : startswith(path, m->root);

	if (!rest || (*rest && *rest != '/') || strstr(rest, "/.."))
		rest = "";
	return xasprintf("%s%s", m->point, streq(rest, "/") ? "" : rest);
}

static char *find_place(const char *mountinfo, const char *controllers, const char *path)
{
	cleanup_strv char **lines = strv_split(mountinfo, '\n');

	STRV_FOREACH(line, lines) {
		cleanup_strv char **fields = strv_split(*line, ' ');
		Mount m;

		if (parse_mount(fields, &m) && serves(&m, controllers))
			return place_in(&m, path);
	}
	return NULL;
}

char **hierarchies_parse(const char *cgroup, const char *mountinfo)
{
	cleanup_strv char **lines = strv_split(cgroup, '\n');
	char **places = NULL;

	STRV_FOREACH(line, lines) {
		char *controllers = strchr(*line, ':'), *path, *place;

		path = controllers ? strchr(++controllers, ':') : NULL;
		if (!path)
			continue;
		*path++ = '\0';
		place = find_place(mountinfo, controllers, path);
		if (place && !strv_contains(places, place))
			strv_push(&places, place);
		else
			free(place);
	}
	return places;
}

int hierarchies_of(pid_t pid, char ***ret, Error **err)
{
	cleanup_strbuf Strbuf cgroup = STRBUF_INIT, mountinfo = STRBUF_INIT;
	cleanup_free char *path =
		pid ? xasprintf("/proc/%d/cgroup", (int)pid) : xstrdup("/proc/self/cgroup");
	char **places;
	int r;

	r = fs_read_file(AT_FDCWD, path, MAX_CGROUP_FILE, &cgroup);
	if (r < 0)
		return error_errno(err, -r, "read %s", path);
	r = fs_read_file(AT_FDCWD, "/proc/self/mountinfo", MAX_MOUNTINFO, &mountinfo);
	if (r < 0)
		return error_errno(err, -r, "read /proc/self/mountinfo");
	places = hierarchies_parse(cgroup.data, mountinfo.data);
	if (!places)
		return error_set(err, ENOTSUP, "no control group hierarchy is mounted");
	*ret = places;
	return 0;
}

char *hierarchy_of(const char *controller)
{
	cleanup_strbuf Strbuf cgroup = STRBUF_INIT, mountinfo = STRBUF_INIT;
	cleanup_strv char **lines = NULL;

	if (fs_read_file(AT_FDCWD, "/proc/self/cgroup", MAX_CGROUP_FILE, &cgroup) < 0 ||
	    fs_read_file(AT_FDCWD, "/proc/self/mountinfo", MAX_MOUNTINFO, &mountinfo) < 0)
		return NULL;
	lines = strv_split(cgroup.data, '\n');
	STRV_FOREACH(line, lines) {
		cleanup_strv char **fields = strv_split(*line, ':'), **names = NULL;

		if (strv_length(fields) < 3)
			continue;
		names = strv_split(fields[1], ',');
		if (strv_contains(names, controller))
			return find_place(mountinfo.data, fields[1],
					  *line + strlen(fields[0]) + strlen(fields[1]) + 2);
	}
	return NULL;
}

static char **read_words(const char *dir, const char *name)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;

	if (cgroup_file_read(dir, name, &b) < 0 || !b.len)
		return NULL;
	if (b.data[b.len - 1] == '\n')
		b.data[--b.len] = '\0';
	return b.len ? strv_split(b.data, ' ') : NULL;
}

bool hierarchy_hand_on(const char *dir)
{
	/* Those that limits are made of. */
	static const char *const wanted[] = { "cpu", "cpuset", "io", "memory", "pids" };
	cleanup_strv char **names = read_words(dir, "cgroup.controllers"), **now = NULL;
	cleanup_strv char **before = read_words(dir, "cgroup.subtree_control");

	STRV_FOREACH(n, names) {
		cleanup_free char *more = xasprintf("+%s", *n);

		if (!strv_contains(before, *n))
			(void)cgroup_file_write(dir, "cgroup.subtree_control", more);
	}
	now = read_words(dir, "cgroup.subtree_control");
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (strv_contains(names, wanted[i]) && !strv_contains(now, wanted[i]))
			return false;
	return true;
}

char *hierarchy_base(const char *own)
{
	cleanup_free char *dir = xstrdup(own);

	while (!hierarchy_hand_on(dir)) {
		char *slash = strrchr(dir, '/');
		cleanup_strv char **names = NULL;

		if (!slash || slash == dir)
			return xstrdup(own);
		*slash = '\0';
		names = read_words(dir, "cgroup.controllers");
		/* Above the hierarchy. */
		if (!names)
			return xstrdup(own);
	}
	return steal(&dir);
}

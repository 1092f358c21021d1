#include "librunner/container-top.h"

#include <fcntl.h>
#include <sys/mman.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/spawn.h"
#include "librunner/cgroup.h"
#include "librunner/container-state.h"
#include "librunner/container-store.h"
#include "librunner/events.h"
#include "librunner/monitor-ask.h"

#define MAX_OUTPUT (64 << 20)
#define MAX_ERRORS 4096
/* Processes named in one argument, which has 128 KiB. */
#define MAX_ASKED 10000
#define BLANKS " \t\n\v\f\r"

/* ---- what ps says ---- */

/* Splits at blanks; the last of `max` fields (0: any number) keeps what is behind it, with single
 * blanks. */
static char **fields_of(const char *line, size_t max)
{
	char **v = NULL;
	size_t n = 0;

	for (const char *p = line + strspn(line, BLANKS); *p; p += strspn(p, BLANKS)) {
		size_t length = strcspn(p, BLANKS);
		char *word = xstrndup(p, length);

		if (max && n >= max) {
			char *joined = xasprintf("%s %s", v[max - 1], word);

			free(v[max - 1]);
			free(word);
			v[max - 1] = joined;
		} else {
			strv_push(&v, word);
			n++;
		}
		p += length;
	}
	return v;
}

static bool has_pid(const pid_t *pids, size_t n, int64_t pid)
{
	for (size_t i = 0; i < n; i++)
		if (pids[i] == pid)
			return true;
	return false;
}

/* Lines of threads have "-" for a PID and belong to the process above. */
static int keep_line(const char *field, const pid_t *pids, size_t n, bool *kept, Error **err)
{
	int64_t pid;

	if (streq(field, "-"))
		return *kept;
	if (str_to_i64(field, &pid) < 0)
		return error_set(
			err, EINVAL,
			"Unexpected pid '%s': strconv.Atoi: parsing \"%s\": invalid syntax", field,
			field);
	*kept = has_pid(pids, n, pid);
	return *kept;
}

int top_filter(const char *output, const pid_t *pids, size_t n, char ***ret_lines, Error **err)
{
	cleanup_strv char **lines = strv_split(output, '\n'), **titles = fields_of(lines[0], 0),
			  **result = NULL;
	size_t width = strv_length(titles), column = 0;
	bool kept = false;

	while (column < width && !streq(titles[column], "PID"))
		column++;
	if (column == width)
		return error_set(err, EINVAL, "Couldn't find PID field in ps output");
	strv_push(&result, strv_join(titles, "\t"));
	STRV_FOREACH(l, lines + 1) {
		cleanup_strv char **fields = fields_of(*l, width), **words = fields_of(*l, 0);
		/* The PID is looked for before what is too much goes into the last column. */
		int r = strv_length(words) <= column
				? 0
				: keep_line(words[column], pids, n, &kept, err);

		if (r < 0)
			return r;
		if (r > 0)
			strv_push(&result, strv_join(fields, "\t"));
	}
	*ret_lines = steal(&result);
	return 0;
}

/* ---- running it ---- */

/* The first line of what it wrote to standard error. */
static int ps_failed(int errors, Error **err)
{
	char text[MAX_ERRORS + 1];
	ssize_t n = pread(errors, text, MAX_ERRORS, 0);
	cleanup_free char *line = NULL;

	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	line = str_printable(text);
	return error_set(err, EINVAL, "ps: %s", line);
}

/* `last` may be NULL. */
static int run_ps(char *const *args, const char *last, Strbuf *out, Error **err)
{
	cleanup_fd int errors = memfd_create("racker-ps", MFD_CLOEXEC);
	cleanup_strv char **argv = NULL;
	Spawn s = { .in = -1, .out = -1, .err = errors };
	int r;

	if (errors < 0)
		return error_errno(err, errno, "make a memfd");
	strv_add(&argv, "ps");
	strv_extend(&argv, args);
	if (last)
		strv_add(&argv, last);
	s.argv = argv;
	out->len = 0;
	r = spawn_run(&s, out, MAX_OUTPUT, err);
	return r > 0 ? ps_failed(errors, err) : r;
}

/* Asks for the container's processes alone; some options (f) cannot be had together with that, and
 * get all, as Docker does it. */
static int ask_ps(char *const *args, const pid_t *pids, size_t n, Strbuf *out, Error **err)
{
	cleanup_strbuf Strbuf list = STRBUF_INIT;

	strbuf_adds(&list, "-q");
	for (size_t i = 0; i < n; i++)
		strbuf_addf(&list, "%s%d", i ? "," : "", (int)pids[i]);
	if (n && n <= MAX_ASKED && run_ps(args, list.data, out, NULL) >= 0)
		return 0;
	return run_ps(args, NULL, out, err);
}

/* systemd-nspawn, which is in the container's control group, is the leader's parent. */
static pid_t parent_of(pid_t pid)
{
	cleanup_free char *path = xasprintf("/proc/%d/stat", (int)pid);
	cleanup_strbuf Strbuf b = STRBUF_INIT;
	const char *p;
	int parent = 0;

	if (fs_read_file(AT_FDCWD, path, MAX_ERRORS, &b) < 0)
		return 0;
	p = strrchr(b.data, ')');
	return p && sscanf(p + 1, " %*c %d", &parent) == 1 ? parent : 0;
}

static int list_processes(Runtime *rt, const Container *c, pid_t **ret, size_t *ret_n, Error **err)
{
	cleanup_free char *dir = container_dir(c->id);
	cleanup_fd int dirfd = fs_open_dir(store_fd(rt->store), dir);
	cleanup_cgroup Cgroup *cg = NULL;
	pid_t parent = parent_of((pid_t)c->state.pid);
	size_t n = 0;
	int r = dirfd < 0 ? error_errno(err, -dirfd, "open %s/%s", rt->root, dir)
			  : cgroup_open(dirfd, &cg, err);

	if (r >= 0)
		r = cgroup_processes(cg, ret, ret_n, err);
	for (size_t i = 0; r >= 0 && i < *ret_n; i++)
		if ((*ret)[i] != parent)
			(*ret)[n++] = (*ret)[i];
	*ret_n = n;
	return r;
}

/* Docker takes the words apart again, whatever the shell has made of them. */
static char **ps_arguments(char *const *args)
{
	cleanup_free char *text = strv_join(args, " ");
	char **words = fields_of(text ? text : "", 0);

	if (!words)
		strv_add(&words, "-ef");
	return words;
}

int container_top(Runtime *rt, const char *name, char *const *args, char ***ret_lines, Error **err)
{
	cleanup_container Container *c = NULL;
	cleanup_strv char **words = ps_arguments(args);
	cleanup_strbuf Strbuf out = STRBUF_INIT;
	cleanup_free pid_t *pids = NULL;
	size_t n = 0;
	int r = container_find(rt, name, &c, err);

	if (r < 0)
		return r;
	if (!container_is_running(c))
		return container_not_running(c, err);
	if (streq(c->state.status, "restarting"))
		return error_set(err, EBUSY,
				 "Container %s is restarting, wait until the container is running",
				 c->id);
	r = list_processes(rt, c, &pids, &n, err);
	if (r >= 0)
		r = ask_ps(words, pids, n, &out, err);
	if (r >= 0)
		r = top_filter(out.data ? out.data : "", pids, n, ret_lines, err);
	if (r >= 0)
		container_event(rt, c, "top", NULL);
	return r;
}

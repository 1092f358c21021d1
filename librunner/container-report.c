#include "librunner/container-report.h"

#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "librunner/cgroup.h"
#include "librunner/container-size.h"
#include "librunner/container-state.h"
#include "librunner/container-store.h"

/* Rows of one container: a year in hours fits. */
#define MAX_ROWS 10000

typedef struct History {
	UsageRecord *list;
	size_t n;
} History;

static void history_clear(History *h)
{
	free(h->list);
}

/* What a running container uses now ends its history. */
static void add_now(int dirfd, const Container *c, int64_t now, History *h)
{
	cleanup_cgroup Cgroup *cg = NULL;
	UsageRecord *last = h->n ? &h->list[h->n - 1] : NULL, r;

	if (!last || !container_is_running(c) || last->when > now ||
	    cgroup_open(dirfd, &cg, NULL) < 0)
		return;
	r = (UsageRecord){ .when = now, .run = last->run };
	usage_read(cg, (pid_t)c->state.pid, &r.usage);
	h->list = xreallocarray(h->list, h->n + 1, sizeof(*h->list));
	h->list[h->n++] = r;
}

static int64_t disk_of(Runtime *rt, const Container *c)
{
	cleanup_free char *upper = xasprintf("containers/%s/upper", c->id);

	return c->racker.rootfs ? tree_size(AT_FDCWD, c->racker.rootfs)
				: tree_size(store_fd(rt->store), upper);
}

static void add_row(const Container *c, const UsageSummary *s, int64_t disk, ReportRow **rows,
		    size_t *n, size_t *cap)
{
	GROW(*rows, *n, cap);
	(*rows)[(*n)++] = (ReportRow){
		.id = xstrdup(c->id), .name = xstrdup(c->name), .usage = *s, .disk = disk
	};
}

int container_report(Runtime *rt, const Container *c, const ReportOptions *o, ReportRow **rows,
		     size_t *n, size_t *cap, Error **err)
{
	cleanup(history_clear) History h = { 0 };
	cleanup_free char *dir = container_dir(c->id);
	cleanup_fd int dirfd = fs_open_dir(store_fd(rt->store), dir);
	int r = dirfd < 0 ? dirfd : usage_log_read(dirfd, &h.list, &h.n);
	int64_t disk = disk_of(rt, c), from = o->since;
	UsageSummary s;

	if (r < 0)
		return error_errno(err, -r, "read what container %s has used", c->name);
	add_now(dirfd, c, o->now, &h);
	if (from == 0)
		from = h.n ? h.list[0].when : o->until;
	if (o->interval == 0) {
		usage_summarise(h.list, h.n, from, o->until, &s);
		add_row(c, &s, disk, rows, n, cap);
		return 0;
	}
	/* On the hour, where it is hours. */
	from -= from % o->interval;
	if (o->until > from && (o->until - from) / o->interval > MAX_ROWS)
		return error_set(err, E2BIG, "the interval is too short for the period");
	for (; from < o->until; from += o->interval) {
		int64_t to = from + o->interval < o->until ? from + o->interval : o->until;

		usage_summarise(h.list, h.n, from, to, &s);
		if (s.up_msec > 0)
			add_row(c, &s, disk, rows, n, cap);
	}
	return 0;
}

void report_rows_free(ReportRow *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(rows[i].id);
		free(rows[i].name);
	}
	free(rows);
}

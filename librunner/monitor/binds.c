#include "librunner/monitor/binds.h"

#include <dirent.h>
#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/guest-units.h"
#include "librunner/init/protocol.h"
#include "librunner/monitor/run-mounts.h"
#include "librunner/monitor/stage.h"

/* Below the run-time directory. */
#define STAGE_DIR "mounts"

void binds_clear(Binds *b)
{
	free(b->list);
	strv_free(b->strings);
}

void binds_add(Binds *b, char *source, const char *target, bool readonly)
{
	strv_push(&b->strings, source);
	GROW(b->list, b->n, &b->cap);
	b->list[b->n++] = (NspawnBind){ .source = source, .target = target, .readonly = readonly };
}

void binds_add_copy(Binds *b, const char *source, const char *target)
{
	char *copy = xstrdup(target);

	strv_push(&b->strings, copy);
	binds_add(b, xstrdup(source), copy, false);
}

/* racker-init gets a copy; the place is free again. */
static int hand_over(Monitor *m, const char *place, const PlannedMount *p, Error **err)
{
	int fd = stage_copy(place, err);

	stage_remove(place);
	if (fd < 0)
		return fd;
	run_mounts_add(m->run, fd, p->source, p->target);
	return 0;
}

static int add_planned(Monitor *m, Binds *b, const PlannedMount *p, size_t i, Error **err)
{
	cleanup_free char *place = xasprintf("%s/" STAGE_DIR "/%zu", m->rundir, i);
	char *target;
	int r = stage_mount(m, p, place, err);

	if (r < 0)
		return r;
	if (!m->c->racker.boot)
		return hand_over(m, place, p, err);
	target = xstrdup(p->target);
	strv_push(&b->strings, target);
	binds_add(b, steal(&place), target, false);
	return guest_units_keep_mounted(m->dirfd, target, err);
}

int binds_add_plan(Monitor *m, Binds *b, const MountPlan *plan, Error **err)
{
	int r = 0;

	if (plan->n == 0)
		return 0;
	if (plan->n >= INIT_MAX_MOUNTS)
		return error_set(err, E2BIG, "%zu mounts are more than the %d that are possible",
				 plan->n, INIT_MAX_MOUNTS - 1);
	if (mkdirat(m->rundirfd, STAGE_DIR, 0700) < 0 && errno != EEXIST)
		return error_errno(err, errno, "make %s/" STAGE_DIR, m->rundir);
	for (size_t i = 0; r >= 0 && i < plan->n; i++)
		r = add_planned(m, b, &plan->list[i], i, err);
	return r;
}

void binds_forget(Monitor *m)
{
	cleanup_free char *path = xasprintf("%s/" STAGE_DIR, m->rundir);
	cleanup_dir DIR *dir = opendir(path);

	for (struct dirent *e; dir && (e = readdir(dir));) {
		cleanup_free char *place = xasprintf("%s/%s", path, e->d_name);

		if (!streq(e->d_name, ".") && !streq(e->d_name, ".."))
			stage_remove(place);
	}
	(void)rmdir(path);
}

/* The freezer: pause, unpause, and that what is to end can run. */
#include "librunner/monitor/pause.h"
#include "libcommon/alloc.h"
#include "libcommon/log.h"
#include "libcommon/str.h"

static bool is_paused(const Monitor *m)
{
	return streq_null(m->c->state.status, "paused");
}

static void set_status(Monitor *m, const char *status)
{
	free(m->c->state.status);
	m->c->state.status = xstrdup(status);
	(void)monitor_write_state(m);
}

int monitor_pause(Monitor *m, Error **err)
{
	int r;

	if (is_paused(m))
		return error_set(err, EALREADY, "Container %s is already paused", m->c->id);
	if (m->next)
		return error_set(err, EBUSY,
				 "Container %s is restarting, wait until the container is running",
				 m->c->id);
	if (m->run->phase != PHASE_RUNNING || !m->run->cgroup)
		return error_set(err, ESRCH, "container %s is not running", m->c->id);
	r = cgroup_freeze(m->run->cgroup, true, err);
	if (r < 0)
		return error_prefix(err, r, "Cannot pause container %s", m->c->id);
	set_status(m, "paused");
	monitor_event(m, "pause", NULL);
	return 0;
}

int monitor_unpause(Monitor *m, Error **err)
{
	int r;

	if (!is_paused(m))
		return error_set(err, EINVAL, "Container %s is not paused", m->c->id);
	r = cgroup_freeze(m->run->cgroup, false, err);
	if (r < 0)
		return error_prefix(err, r, "Cannot unpause container %s", m->c->id);
	set_status(m, "running");
	monitor_event(m, "unpause", NULL);
	return 0;
}

void monitor_thaw(Monitor *m)
{
	cleanup_error Error *e = NULL;

	if (is_paused(m) && monitor_unpause(m, &e) < 0)
		log_message(LOG_LEVEL_WARN, "%s", e->msg);
}

void monitor_thaw_killed(Monitor *m)
{
	if (is_paused(m) && m->run->cgroup)
		cgroup_thaw_at_once(m->run->cgroup);
}

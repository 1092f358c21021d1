/* A run of the container: what is made for it, and what is left of it. */
#include "libcommon/alloc.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/container-store.h"
#include "librunner/monitor/console.h"
#include "librunner/monitor/hooks.h"
#include "librunner/monitor/oom.h"
#include "librunner/monitor/payload.h"
#include "librunner/monitor/run-mounts.h"
#include "librunner/monitor/sampler.h"
#include "librunner/options/refresh.h"
#include "librunner/restart-policy.h"
#include "librunner/rootfs.h"

/* Docker's default. */
#define STOP_TIMEOUT_SEC 10

Run *run_new(const Container *c)
{
	Run *r = xnew0(Run, 1);

	r->since = now_usec();
	r->leader_pidfd = r->notify_fd = r->init_listener = r->netns = -1;
	r->stop_timeout = c->config.stop_timeout < 0 ? STOP_TIMEOUT_SEC : c->config.stop_timeout;
	return r;
}

Run *run_free(Run *r)
{
	if (!r)
		return NULL;
	while (r->sessions)
		session_free(r->sessions);
	while (r->pending)
		pending_free(r->pending);
	guest_free(r->guest);
	console_free(r->console);
	run_mounts_free(r->mounts);
	strv_free(r->devices);
	strv_free(r->volumes);
	machine_unregister(r->machine);
	loop_source_free(r->leader_source);
	loop_source_free(r->nspawn_source);
	loop_source_free(r->notify_source);
	loop_source_free(r->init_source);
	loop_source_free(r->deadline);
	loop_source_free(r->command_deadline);
	loop_source_free(r->time_limit);
	(void)fd_close(r->leader_pidfd);
	(void)fd_close(r->notify_fd);
	(void)fd_close(r->init_listener);
	(void)fd_close(r->netns);
	oom_free(r->oom);
	sampler_free(r->sampler);
	cgroup_free(r->cgroup);
	error_free(r->failure);
	free(r);
	return NULL;
}

/* ---- begin ---- */

/* These kinds say that the command cannot be run; here it is not to blame. */
static void clear_command(Error *e)
{
	if (e->errnum == ENOENT || e->errnum == EACCES)
		e->errnum = EIO;
}

static void after_pre_start(Monitor *m, Error *e)
{
	Run *r = m->run;

	if (r->stop_asked || r->killed) {
		e = error_free(e);
		(void)error_set(&e, ECANCELED, "the container was stopped while it was starting");
		r->phase = PHASE_STARTING;
	}
	if (!e && monitor_prepare(m, &e) >= 0)
		return;
	clear_command(e);
	monitor_fail(m, e);
}

void run_begin(Monitor *m)
{
	m->runs++;
	m->seccomp_fd = fd_close(m->seccomp_fd);
	if (!m->c->racker.system)
		m->run->main = payload_main(m);
	clients_follow(m);
	hooks_run(m, "pre-start", after_pre_start);
}

/* What `update` or `rename` changed counts from the next run on; the state is ours. */
static void reload(Monitor *m)
{
	cleanup_error Error *e = NULL;
	Container *c = NULL;
	ContainerState state;

	if (container_load(m->rt, m->c->id, &c, &e) < 0) {
		log_message(LOG_LEVEL_WARN, "%s", e->msg);
		return;
	}
	state = c->state;
	c->state = m->c->state;
	m->c->state = state;
	container_free(m->c);
	m->c = c;
}

/* What cannot be read keeps no policy from starting it: as it was, then. */
static void refresh(Monitor *m)
{
	cleanup_error Error *e = NULL;

	if (container_refresh(m->rt, m->c, &e) < 0)
		log_message(LOG_LEVEL_WARN, "%s", e->msg);
}

static void on_next(void *userdata)
{
	Monitor *m = userdata;

	m->next = loop_source_free(m->next);
	m->run = run_free(m->run);
	reload(m);
	refresh(m);
	m->run = run_new(m->c);
	free(m->c->state.status);
	m->c->state.status = xstrdup("running");
	(void)monitor_write_state(m);
	run_begin(m);
}

/* ---- another one ---- */

static void begin_later(Monitor *m, uint64_t delay)
{
	m->next = loop_add_timer(m->loop, delay, on_next, m);
}

/* As docker's `restart`: the policy begins from the start. */
static void again_as_asked(Monitor *m)
{
	m->restart_asked = m->stop_requested = false;
	m->announce_restart = true;
	m->c->state.restart_count = 0;
	m->c->state.manually_stopped = false;
	m->delay = 0;
	begin_later(m, 0);
}

static void again_by_policy(Monitor *m)
{
	ContainerState *s = &m->c->state;

	m->delay = restart_delay(m->delay, now_usec() - m->run->since);
	s->restart_count++;
	free(s->status);
	s->status = xstrdup("restarting");
	begin_later(m, m->delay);
}

static bool choose_next(Monitor *m)
{
	const RestartPolicy *policy = &m->c->host.restart;

	if (m->run->failure)
		return false;
	if (m->restart_asked)
		again_as_asked(m);
	else if (m->stop_requested)
		return false;
	else if (m->run->rebooted)
		begin_later(m, 0);
	else if (!m->c->racker.disabled &&
		 restart_wanted(policy, &m->c->state, (int)m->c->state.exit_code))
		again_by_policy(m);
	else
		return false;
	return true;
}

bool run_again(Monitor *m)
{
	cleanup_error Error *e = NULL;

	reload(m);
	if (!choose_next(m))
		return false;
	(void)monitor_write_state(m);
	clients_run_ended(m, m->run->rebooted);
	if (rootfs_release(m->dir, &e) < 0)
		log_message(LOG_LEVEL_WARN, "%s", e->msg);
	return true;
}

void run_restart_now(Monitor *m)
{
	m->next = loop_source_free(m->next);
	again_as_asked(m);
}

void run_cancel_next(Monitor *m)
{
	m->next = loop_source_free(m->next);
	monitor_end(m);
}

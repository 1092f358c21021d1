/* What is written down, told and removed when the container runs and when it has ended. */
#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/container-store.h"
#include "librunner/container-volumes.h"
#include "librunner/events.h"
#include "librunner/monitor/binds.h"
#include "librunner/monitor/files.h"
#include "librunner/monitor/hooks.h"
#include "librunner/monitor/network.h"
#include "librunner/monitor/oom.h"
#include "librunner/monitor/publish.h"
#include "librunner/monitor/sampler.h"
#include "librunner/monitor/session.h"
#include "librunner/monitor/volume-stage.h"
#include "librunner/nspawn.h"

#define USEC_PER_SEC UINT64_C(1000000)
/* Of a container that --timeout has stopped, as timeout(1). */
#define STATUS_TIMED_OUT 124

static void set(char **to, char *value)
{
	free(*to);
	*to = value;
}

int monitor_write_state(Monitor *m)
{
	cleanup_error Error *e = NULL;
	int r = container_state_write(m->rt, m->c->id, &m->c->state, &e);

	if (r < 0)
		log_message(LOG_LEVEL_WARN, "%s", e->msg);
	return r;
}

/* A container may have got another name since it was read. */
static void follow_name(Monitor *m)
{
	cleanup_container Container *now = NULL;
	struct stat st;

	if (fstatat(m->dirfd, "config.json", &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    st.st_ino == m->config_inode || container_load(m->rt, m->c->id, &now, NULL) < 0)
		return;
	m->config_inode = st.st_ino;
	set(&m->c->name, steal(&now->name));
}

void monitor_event(Monitor *m, const char *action, char *const *extra)
{
	follow_name(m);
	container_event(m->rt, m->c, action, extra);
}

/* ---- the start ---- */

static void warn_of_hook(Monitor *m, Error *e)
{
	(void)m;
	if (e)
		log_message(LOG_LEVEL_WARN, "%s", e->msg);
	error_free(e);
}

static void on_time_limit(void *userdata)
{
	Monitor *m = userdata;

	m->run->timed_out = m->stop_requested = true;
	monitor_stop(m, -1, 0);
}

void monitor_started(Monitor *m)
{
	Run *r = m->run;

	r->announced = true;
	if (r->phase != PHASE_STARTING)
		return;
	r->phase = PHASE_RUNNING;
	r->deadline = loop_source_free(r->deadline);
	set(&m->c->state.started_at, timestamp_now());
	health_begin(m);
	(void)monitor_write_state(m);
	monitor_event(m, "start", NULL);
	if (m->announce_restart)
		monitor_event(m, "restart", NULL);
	m->announce_restart = false;
	hooks_run(m, "post-start", warn_of_hook);
	clients_started(m);
	if (m->c->racker.timeout > 0)
		r->time_limit =
			loop_add_timer(m->loop, (uint64_t)m->c->racker.timeout * USEC_PER_SEC,
				       on_time_limit, m);
	if (r->stop_asked)
		monitor_stop(m, -1, 0);
}

/* ---- the end of a run ---- */

/* Docker's exit status of a container that could not be started. */
static int failure_code(const Error *e)
{
	return e->errnum == ENOENT ? 127 : e->errnum == EACCES ? 126 : 128;
}

static int run_exit_code(const Run *r)
{
	return r->failure     ? failure_code(r->failure)
	       : r->timed_out ? STATUS_TIMED_OUT
			      : r->exit_code;
}

/* A container whose first run has failed is as it was before. */
static void record_run(Monitor *m)
{
	ContainerState *s = &m->c->state;
	bool first_failed = m->run->failure && m->runs <= 1;

	s->exit_code = run_exit_code(m->run);
	s->pid = s->pid_start = 0;
	set(&s->error, xstrdup(m->run->failure ? m->run->failure->msg : ""));
	set(&s->finished_at, first_failed ? xstrdup(m->before_finished) : timestamp_now());
	if (first_failed)
		set(&s->started_at, xstrdup(m->before_started));
}

static void tell_die(Monitor *m)
{
	cleanup_strv char **extra = NULL;

	if (!m->run->announced)
		return;
	strv_addf(&extra, "execDuration=%llu",
		  (unsigned long long)((now_usec() - m->run->since) / USEC_PER_SEC));
	strv_addf(&extra, "exitCode=%d", run_exit_code(m->run));
	monitor_event(m, "die", extra);
}

static void clean_up_run(Monitor *m)
{
	cleanup_error Error *e = NULL;
	Run *r = m->run;

	r->guest = guest_free(r->guest);
	r->machine = machine_unregister(r->machine);
	r->deadline = loop_source_free(r->deadline);
	r->command_deadline = loop_source_free(r->command_deadline);
	r->time_limit = loop_source_free(r->time_limit);
	oom_check(m);
	sampler_finish(m);
	r->oom = oom_free(r->oom);
	if (r->cgroup && cgroup_remove(r->cgroup, &e) < 0)
		log_message(LOG_LEVEL_WARN, "%s", e->msg);
	r->cgroup = cgroup_free(r->cgroup);
	nspawn_forget(m->c->racker.machine);
	publish_close(m);
	network_close(m);
	binds_forget(m);
	volumes_stage_end(m);
}

/* Execs end with the run. */
static void tell_sessions(Monitor *m)
{
	for (Session *s = m->run->sessions, *next; s; s = next) {
		next = s->next;
		session_drain(s);
		if (s == m->run->main)
			continue;
		for (Client *c = m->clients; c; c = c->next)
			if (c->session == s) {
				if (s->started)
					client_exit(c, s->ended ? s->exit_code : 128 + SIGKILL);
				else
					client_fail(c, ESRCH, "the container has ended");
			}
		session_free(s);
	}
}

static void after_post_stop(Monitor *m, Error *e)
{
	warn_of_hook(m, e);
	if (!run_again(m))
		monitor_end(m);
}

void monitor_finish(Monitor *m)
{
	m->run->phase = PHASE_GONE;
	health_end(m);
	tell_sessions(m);
	clean_up_run(m);
	record_run(m);
	tell_die(m);
	/* Whatever pre-start has prepared is taken back also where the start has failed. */
	hooks_run(m, "post-stop", after_post_stop);
}

/* ---- the end of all ---- */

static void remove_container(Monitor *m)
{
	cleanup_error Error *e = NULL;
	cleanup_strv char **anonymous = container_anonymous_volumes(m->c);
	cleanup_fd int lock = containers_lock(m->rt, &e);

	if (lock < 0 || container_discard(m->rt, m->c->id, &e) < 0) {
		log_message(LOG_LEVEL_WARN, "%s", e->msg);
		return;
	}
	lock = fd_close(lock);
	volumes_remove(m->rt, anonymous);
	monitor_event(m, "destroy", NULL);
}

/* Unmounting writes back the whole file system that the upper directory is on, unless that one is
 * going to be removed. Otherwise the mount goes with its namespace, when nobody waits for us any
 * more. */
static void unmount_removed(Monitor *m)
{
	if (!m->c->host.auto_remove || fchdir(m->dirfd) < 0)
		return;
	(void)umount2("merged", MNT_DETACH | UMOUNT_NOFOLLOW);
	(void)umount2("memory", MNT_DETACH | UMOUNT_NOFOLLOW);
}

static void record_end(Monitor *m)
{
	ContainerState *s = &m->c->state;
	bool never = streq(s->started_at, TIMESTAMP_ZERO);

	set(&s->status, xstrdup(never ? "created" : "exited"));
	s->monitor_pid = s->monitor_start = 0;
}

/* The directory is entered already: what is in the way of its removal goes first. */
void monitor_end(Monitor *m)
{
	m->log = log_writer_free(m->log);
	network_release_all(m);
	publish_release(m);
	unmount_removed(m);
	files_close_guest_dir(m);
	container_rundir_remove(m->rt, m->c->id);
	record_end(m);
	if (m->tell_stop)
		monitor_event(m, "stop", NULL);
	if (m->c->host.auto_remove)
		remove_container(m);
	else
		(void)monitor_write_state(m);
	clients_tell_end(m);
	m->told = true;
	monitor_try_exit(m);
}

void monitor_try_exit(Monitor *m)
{
	if (m->told && !m->clients)
		loop_exit(m->loop, 0);
}

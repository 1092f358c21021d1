/* What is written down, told and removed when the container runs and when it has ended. */
#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "librunner/container-store.h"
#include "librunner/monitor/session.h"
#include "librunner/nspawn.h"

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

void monitor_started(Monitor *m)
{
	m->run->announced = true;
	if (m->run->phase != PHASE_STARTING)
		return;
	m->run->phase = PHASE_RUNNING;
	m->run->deadline = loop_source_free(m->run->deadline);
	set(&m->c->state.started_at, timestamp_now());
	(void)monitor_write_state(m);
	for (Client *c = m->clients; c; c = c->next)
		if (c->asked && !c->answered && c->session == m->run->main && !c->closing)
			client_started(c);
	if (m->run->stop_asked)
		monitor_stop(m, -1, 0);
}

/* ---- the end ---- */

static void close_runtime(Monitor *m)
{
	m->run->guest = guest_free(m->run->guest);
	m->run->deadline = loop_source_free(m->run->deadline);
	m->run->command_deadline = loop_source_free(m->run->command_deadline);
	/* Unmounting writes back the whole file system that the upper directory is on, unless that
	 * one is going to be removed. Otherwise the mount goes with its namespace, when nobody
	 * waits for us any more. */
	if (m->c->host.auto_remove && fchdir(m->dirfd) >= 0)
		(void)umount2("merged", MNT_DETACH | UMOUNT_NOFOLLOW);
}

/* Docker's exit status of a container that could not be started. */
static int failure_code(const Error *e)
{
	return e->errnum == ENOENT ? 127 : e->errnum == EACCES ? 126 : 128;
}

static void record_end(Monitor *m)
{
	ContainerState *s = &m->c->state;

	s->exit_code = m->run->failure ? failure_code(m->run->failure) : m->run->exit_code;
	set(&s->status, xstrdup(m->run->failure ? "created" : "exited"));
	set(&s->error, xstrdup(m->run->failure ? m->run->failure->msg : ""));
	set(&s->finished_at, m->run->failure ? xstrdup(TIMESTAMP_ZERO) : timestamp_now());
	if (m->run->failure)
		set(&s->started_at, xstrdup(TIMESTAMP_ZERO));
	s->pid = s->pid_start = s->monitor_pid = s->monitor_start = 0;
}

static void remove_container(Monitor *m)
{
	cleanup_error Error *e = NULL;
	cleanup_fd int lock = containers_lock(m->rt, &e);

	if (lock < 0 || container_discard(m->rt, m->c->id, &e) < 0)
		log_message(LOG_LEVEL_WARN, "%s", e->msg);
}

/* The directory is entered already: what is in the way of its removal goes first. */
static void clean_up(Monitor *m)
{
	cleanup_error Error *e = NULL;

	close_runtime(m);
	if (m->run->cgroup && cgroup_remove(m->run->cgroup, &e) < 0)
		log_message(LOG_LEVEL_WARN, "%s", e->msg);
	m->run->cgroup = cgroup_free(m->run->cgroup);
	nspawn_forget(m->c->racker.machine);
	container_rundir_remove(m->rt, m->c->id);
	record_end(m);
	if (m->c->host.auto_remove)
		remove_container(m);
	else
		(void)monitor_write_state(m);
}

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

static void tell_clients(Monitor *m)
{
	for (Client *c = m->clients; c; c = c->next) {
		if (c->fd < 0 || c->closing)
			continue;
		if (m->run->failure && !c->answered) {
			client_fail(c, m->run->failure->errnum, m->run->failure->msg);
			continue;
		}
		if (!c->answered)
			client_started(c);
		client_exit(c, (int)m->c->state.exit_code);
	}
}

void monitor_try_exit(Monitor *m)
{
	if (m->run->phase == PHASE_GONE && m->told && !m->clients)
		loop_exit(m->loop, 0);
}

void monitor_finish(Monitor *m)
{
	m->run->phase = PHASE_GONE;
	tell_sessions(m);
	m->log = log_writer_free(m->log);
	clean_up(m);
	tell_clients(m);
	m->told = true;
	monitor_try_exit(m);
}

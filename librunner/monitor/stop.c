/* How a container ends. */
#include <signal.h>
#include <sys/wait.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "librunner/monitor/boot.h"
#include "librunner/monitor/session.h"
#include "librunner/nspawn.h"
#include "librunner/process.h"

#define USEC_PER_SEC UINT64_C(1000000)
/* What systemd-nspawn says about a plain container is a few lines. */
#define MAX_CONSOLE_LOG (64 << 10)
/* A guest may need that long to power off once its command has ended or was killed. */
#define POWER_OFF_GRACE_SEC 10
/* Killed processes that are not gone by then get everything that we have. */
#define KILL_USEC (3 * USEC_PER_SEC)

static void set_deadline(Monitor *m, LoopSource **timer, int64_t seconds,
			 void (*cb)(void *userdata))
{
	*timer = loop_source_free(*timer);
	*timer = loop_add_timer(m->loop, (uint64_t)seconds * USEC_PER_SEC, cb, m);
}

static void set_stopping(Monitor *m)
{
	if (m->phase < PHASE_STOPPING)
		m->phase = PHASE_STOPPING;
}

/* ---- by force ---- */

static void kill_everything(Monitor *m)
{
	if (m->leader_pidfd >= 0 && !m->leader_gone)
		(void)process_signal(m->leader_pidfd, SIGKILL);
	if (m->nspawn > 0 && !m->nspawn_gone)
		(void)kill(m->nspawn, SIGKILL);
	if (m->cgroup)
		(void)cgroup_kill(m->cgroup);
}

static void on_kill_late(void *userdata)
{
	Monitor *m = userdata;

	log_message(LOG_LEVEL_WARN, "killed processes do not end; killing again");
	kill_everything(m);
	loop_source_rearm(m->deadline, KILL_USEC);
}

void monitor_kill(Monitor *m)
{
	if (m->phase == PHASE_GONE)
		return;
	set_stopping(m);
	m->killed = true;
	m->deadline = loop_source_free(m->deadline);
	m->deadline = loop_add_timer(m->loop, KILL_USEC, on_kill_late, m);
	/* systemd-nspawn cleans up after a leader that dies. */
	if (m->leader_pidfd >= 0 && !m->leader_gone)
		(void)process_signal(m->leader_pidfd, SIGKILL);
	else
		kill_everything(m);
}

static void on_deadline(void *userdata)
{
	monitor_kill(userdata);
}

/* ---- in order ---- */

void monitor_power_off(Monitor *m)
{
	set_stopping(m);
	if (m->powered_off)
		return;
	m->powered_off = true;
	if (m->guest)
		guest_set_ending(m->guest);
	if (m->leader_pidfd < 0 || process_signal(m->leader_pidfd, SIGRTMIN + 4) < 0)
		monitor_kill(m);
}

static void on_command_deadline(void *userdata)
{
	Monitor *m = userdata;

	if (m->main && !m->main->ended)
		(void)session_signal(m->main, SIGKILL);
}

/* The command gets the stop signal, its end powers off. It is not left to the guest's systemd,
 * which knows the container's timeout and not the one that a user asks for now. */
static void stop_booted(Monitor *m, int64_t timeout, int sig)
{
	set_deadline(m, &m->deadline, timeout + (m->main ? POWER_OFF_GRACE_SEC : 0), on_deadline);
	if (m->main && !m->main->ended)
		set_deadline(m, &m->command_deadline, timeout, on_command_deadline);
	if (!m->ready)
		return; /* PID 1 does not listen yet: powered off when it does */
	if (m->main && session_signal(m->main, sig ? sig : monitor_stop_signal(m)) >= 0)
		set_stopping(m);
	else
		monitor_power_off(m);
}

void monitor_stop(Monitor *m, int64_t timeout, int sig)
{
	if (timeout < 0)
		timeout = m->stop_timeout;
	if (m->phase == PHASE_GONE || m->killed)
		return;
	if (m->phase == PHASE_STARTING)
		m->stop_asked = true;
	if (timeout == 0 || (m->phase == PHASE_STARTING && !m->c->racker.boot)) {
		monitor_kill(m);
	} else if (m->c->racker.boot) {
		stop_booted(m, timeout, sig);
	} else {
		set_stopping(m);
		set_deadline(m, &m->deadline, timeout, on_deadline);
		(void)session_signal(m->main, sig ? sig : monitor_stop_signal(m));
	}
}

void monitor_fail(Monitor *m, Error *e)
{
	if (m->failure || m->phase >= PHASE_STOPPING) {
		error_free(e);
		return;
	}
	m->failure = e;
	if (m->nspawn > 0)
		monitor_kill(m);
	else
		monitor_finish(m);
}

void monitor_command_ended(Monitor *m, int code)
{
	m->exit_code = code;
	m->have_exit_code = true;
	m->command_deadline = loop_source_free(m->command_deadline);
	if (!m->c->racker.boot || m->killed)
		return;
	if (!m->powered_off)
		set_deadline(m, &m->deadline,
			     m->stop_timeout > 0 ? m->stop_timeout : POWER_OFF_GRACE_SEC,
			     on_deadline);
	monitor_power_off(m);
}

/* ---- signals for the command ---- */

int monitor_stop_signal(const Monitor *m)
{
	const char *name = m->c->config.stop_signal;
	int sig = str_empty(name) ? SIGTERM : signal_from_name(name);

	return sig > 0 ? sig : SIGTERM;
}

/* A guest's PID 1 reboots at SIGINT and is not asked to end by the others: what ends a command
 * means power-off. */
static int signal_system(Monitor *m, int sig)
{
	if (sig == SIGINT || sig == SIGTERM || sig == SIGQUIT) {
		monitor_stop(m, -1, 0);
		return 0;
	}
	return m->leader_pidfd < 0 ? -ESRCH : process_signal(m->leader_pidfd, sig);
}

int monitor_signal(Monitor *m, int sig)
{
	if (m->phase == PHASE_GONE)
		return -ESRCH;
	if (sig == SIGKILL) {
		if (m->phase == PHASE_STARTING)
			m->stop_asked = true;
		monitor_kill(m);
		return 0;
	}
	if (m->phase == PHASE_STARTING) {
		if (sig == SIGINT || sig == SIGTERM || sig == SIGQUIT || sig == SIGHUP)
			monitor_stop(m, -1, 0);
		return 0;
	}
	return m->main ? session_signal(m->main, sig) : signal_system(m, sig);
}

/* ---- gone ---- */

/* A plain container's command is its leader: the kernel knows how it ended, and from older ones
 * systemd-nspawn does and says it. */
static int plain_exit_code(const Monitor *m)
{
	cleanup_strbuf Strbuf words = STRBUF_INIT;
	int status;

	if (m->leader_pidfd >= 0 && process_wait_status(m->leader_pidfd, &status) >= 0)
		return process_exit_code(status);
	if (m->killed || WIFSIGNALED(m->nspawn_status))
		return 128 + SIGKILL;
	(void)fs_read_file(m->dirfd, CONSOLE_LOG, MAX_CONSOLE_LOG, &words);
	return nspawn_payload_status(process_exit_code(m->nspawn_status),
				     words.data ? words.data : "");
}

/* The guest's systemd ended before it could tell how the command did. */
static int command_exit_code(const Session *s)
{
	int status;

	if (s->pidfd >= 0 && process_wait_status(s->pidfd, &status) >= 0)
		return process_exit_code(status);
	return 128 + SIGKILL;
}

static void fail_ended_early(Monitor *m)
{
	cleanup_free char *text = NULL;

	if (m->failure)
		return;
	if (m->stop_asked || m->killed) {
		(void)error_set(&m->failure, ECANCELED,
				"the container was stopped while it was starting");
		return;
	}
	text = boot_diagnosis(m);
	(void)error_set(&m->failure, EIO, "systemd-nspawn ended with status %d%s",
			process_exit_code(m->nspawn_status), text);
}

static void check_gone(Monitor *m)
{
	bool was_starting = m->main ? !m->main->started : !m->announced;
	int code = m->killed ? 128 + SIGKILL : 0;

	if (!m->nspawn_gone || !m->leader_gone || m->phase == PHASE_GONE)
		return;
	if (!m->c->racker.boot) {
		code = plain_exit_code(m);
		if (m->main)
			session_ended(m->main, code);
		was_starting = m->main ? !m->main->started : true;
	}
	if (!m->have_exit_code)
		m->exit_code = m->main && m->c->racker.boot ? command_exit_code(m->main) : code;
	if (was_starting)
		fail_ended_early(m);
	monitor_finish(m);
}

static void on_leader_ended(int fd, uint32_t events, void *userdata)
{
	Monitor *m = userdata;

	(void)fd;
	(void)events;
	m->leader_source = loop_source_free(m->leader_source);
	m->leader_gone = true;
	/* Ours when systemd-nspawn died before it. */
	(void)waitpid(m->leader, NULL, WNOHANG);
	check_gone(m);
}

int leader_set(Monitor *m, pid_t pid)
{
	if (m->leader > 0)
		return 0;
	m->leader_pidfd = process_open(pid, process_start_time(pid));
	if (m->leader_pidfd < 0)
		return m->leader_pidfd;
	m->leader = pid;
	m->leader_gone = false;
	m->c->state.pid = pid;
	m->c->state.pid_start = process_start_time(pid);
	m->leader_source = loop_add_fd(m->loop, m->leader_pidfd, EPOLLIN, on_leader_ended, m);
	if (m->killed)
		(void)process_signal(m->leader_pidfd, SIGKILL);
	return monitor_write_state(m);
}

void on_nspawn_ended(pid_t pid, int status, void *userdata)
{
	Monitor *m = userdata;

	(void)pid;
	m->nspawn_gone = true;
	m->nspawn_status = status;
	/* The guest's PID 1 survives a systemd-nspawn that is killed. */
	if (m->leader_pidfd >= 0 && !m->leader_gone)
		(void)process_signal(m->leader_pidfd, SIGKILL);
	if (m->leader_pidfd < 0)
		m->leader_gone = true;
	if (m->cgroup)
		(void)cgroup_kill(m->cgroup);
	check_gone(m);
}

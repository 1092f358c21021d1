/* How a container ends. */
#include <signal.h>
#include <sys/wait.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/monitor/boot.h"
#include "librunner/monitor/hooks.h"
#include "librunner/monitor/pause.h"
#include "librunner/monitor/session.h"
#include "librunner/nspawn.h"
#include "librunner/process.h"

#define USEC_PER_SEC UINT64_C(1000000)
/* What systemd-nspawn says about a plain container is a few lines. */
#define MAX_CONSOLE_LOG (64 << 10)
/* A guest may need that long to power off once its command has ended or was killed. */
#define POWER_OFF_GRACE_SEC 10
/* systemd-nspawn's exit status for a guest that reboots. */
#define NSPAWN_REBOOT 133
/* Killed processes that are not gone by then get everything that we have. */
#define KILL_USEC (3 * USEC_PER_SEC)

static void set_deadline(Monitor *m, LoopSource **timer, int64_t seconds,
			 void (*cb)(void *userdata))
{
	*timer = loop_source_free(*timer);
	*timer = loop_add_timer(m->loop, (uint64_t)seconds * USEC_PER_SEC, cb, m);
	if (timer == &m->run->deadline)
		m->run->patience = seconds;
}

static void set_stopping(Monitor *m)
{
	if (m->run->phase < PHASE_STOPPING)
		m->run->phase = PHASE_STOPPING;
}

/* ---- by force ---- */

static void kill_everything(Monitor *m)
{
	if (m->run->leader_pidfd >= 0 && !m->run->leader_gone)
		(void)process_signal(m->run->leader_pidfd, SIGKILL);
	if (m->run->nspawn > 0 && !m->run->nspawn_gone)
		(void)kill(m->run->nspawn, SIGKILL);
	if (m->run->cgroup)
		(void)cgroup_kill(m->run->cgroup);
}

static void on_kill_late(void *userdata)
{
	Monitor *m = userdata;

	log_message(LOG_LEVEL_WARN, "killed processes do not end; killing again");
	kill_everything(m);
	loop_source_rearm(m->run->deadline, KILL_USEC);
}

void monitor_kill(Monitor *m)
{
	if (m->run->phase == PHASE_GONE)
		return;
	set_stopping(m);
	monitor_thaw_killed(m);
	m->run->killed = true;
	m->run->deadline = loop_source_free(m->run->deadline);
	m->run->deadline = loop_add_timer(m->loop, KILL_USEC, on_kill_late, m);
	hooks_interrupt(m);
	/* systemd-nspawn cleans up after a leader that dies. */
	if (m->run->leader_pidfd >= 0 && !m->run->leader_gone)
		(void)process_signal(m->run->leader_pidfd, SIGKILL);
	else
		kill_everything(m);
}

static void on_deadline(void *userdata)
{
	char *extra[] = { (char *)"signal=9", NULL };
	Monitor *m = userdata;

	if (m->c->racker.boot)
		m->run->waited = m->run->patience;
	monitor_event(m, "kill", extra);
	monitor_kill(m);
}

/* ---- in order ---- */

void monitor_power_off(Monitor *m)
{
	set_stopping(m);
	if (m->run->powered_off)
		return;
	m->run->powered_off = true;
	if (m->run->guest)
		guest_set_ending(m->run->guest);
	if (m->run->leader_pidfd < 0 || process_signal(m->run->leader_pidfd, SIGRTMIN + 4) < 0)
		monitor_kill(m);
}

static void on_command_deadline(void *userdata)
{
	Monitor *m = userdata;

	if (m->run->main && !m->run->main->ended)
		(void)session_signal(m->run->main, SIGKILL);
}

/* The command gets the stop signal, its end powers off. It is not left to the guest's systemd,
 * which knows the container's timeout and not the one that a user asks for now. */
static void stop_booted(Monitor *m, int64_t timeout, int sig)
{
	set_deadline(m, &m->run->deadline, timeout + (m->run->main ? POWER_OFF_GRACE_SEC : 0),
		     on_deadline);
	if (m->run->main && !m->run->main->ended)
		set_deadline(m, &m->run->command_deadline, timeout, on_command_deadline);
	if (!m->run->ready)
		return; /* PID 1 does not listen yet: powered off when it does */
	if (m->run->main && session_signal(m->run->main, sig ? sig : monitor_stop_signal(m)) >= 0)
		set_stopping(m);
	else
		monitor_power_off(m);
}

void monitor_stop(Monitor *m, int64_t timeout, int sig)
{
	if (timeout < 0)
		timeout = m->run->stop_timeout;
	if (m->next) {
		if (m->restart_asked)
			run_restart_now(m);
		else
			run_cancel_next(m);
		return;
	}
	if (m->run->phase == PHASE_GONE || m->run->killed)
		return;
	monitor_thaw(m);
	if (m->run->phase == PHASE_STARTING)
		m->run->stop_asked = true;
	if (timeout == 0 || (m->run->phase == PHASE_STARTING && !m->c->racker.boot)) {
		monitor_kill(m);
	} else if (m->c->racker.boot) {
		stop_booted(m, timeout, sig);
	} else {
		set_stopping(m);
		set_deadline(m, &m->run->deadline, timeout, on_deadline);
		(void)session_signal(m->run->main, sig ? sig : monitor_stop_signal(m));
	}
}

void monitor_fail(Monitor *m, Error *e)
{
	if (m->run->failure || m->run->phase >= PHASE_STOPPING) {
		error_free(e);
		return;
	}
	m->run->failure = e;
	if (m->run->nspawn > 0)
		monitor_kill(m);
	else
		monitor_finish(m);
}

void monitor_command_ended(Monitor *m, int code)
{
	m->run->exit_code = code;
	m->run->have_exit_code = true;
	m->run->command_deadline = loop_source_free(m->run->command_deadline);
	if (!m->c->racker.boot || m->run->killed)
		return;
	if (!m->run->powered_off)
		set_deadline(m, &m->run->deadline,
			     m->run->stop_timeout > 0 ? m->run->stop_timeout : POWER_OFF_GRACE_SEC,
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
	return m->run->leader_pidfd < 0 ? -ESRCH : process_signal(m->run->leader_pidfd, sig);
}

/* As Docker: a signal by a user keeps `unless-stopped` from starting it again; the one that stops
 * it (any, where the container does not name one) keeps every policy from it. */
static void note_signal(Monitor *m, int sig)
{
	m->c->state.manually_stopped = true;
	(void)monitor_write_state(m);
	if (str_empty(m->c->config.stop_signal) || sig == SIGKILL || sig == monitor_stop_signal(m))
		m->stop_requested = true;
}

int monitor_signal(Monitor *m, int sig)
{
	note_signal(m, sig);
	if (m->next) {
		if (m->stop_requested)
			run_cancel_next(m);
		return 0;
	}
	if (m->run->phase == PHASE_GONE)
		return -ESRCH;
	if (sig == SIGKILL) {
		if (m->run->phase == PHASE_STARTING)
			m->run->stop_asked = true;
		monitor_kill(m);
		return 0;
	}
	monitor_thaw(m);
	if (m->run->phase == PHASE_STARTING) {
		if (sig == SIGINT || sig == SIGTERM || sig == SIGQUIT || sig == SIGHUP)
			monitor_stop(m, -1, 0);
		return 0;
	}
	return m->run->main ? session_signal(m->run->main, sig) : signal_system(m, sig);
}

/* ---- gone ---- */

/* A plain container's command is its leader: the kernel knows how it ended, and from older ones
 * systemd-nspawn does and says it. */
static int plain_exit_code(const Monitor *m)
{
	cleanup_strbuf Strbuf words = STRBUF_INIT;
	int status;

	if (m->run->leader_pidfd >= 0 && process_wait_status(m->run->leader_pidfd, &status) >= 0)
		return process_exit_code(status);
	if (m->run->killed || WIFSIGNALED(m->run->nspawn_status))
		return 128 + SIGKILL;
	(void)fs_read_file(m->dirfd, CONSOLE_LOG, MAX_CONSOLE_LOG, &words);
	return nspawn_payload_status(process_exit_code(m->run->nspawn_status),
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

	if (m->run->failure)
		return;
	if (m->run->stop_asked || m->run->killed) {
		(void)error_set(&m->run->failure, ECANCELED,
				"the container was stopped while it was starting");
		return;
	}
	text = boot_diagnosis(m);
	(void)error_set(&m->run->failure, EIO, "systemd-nspawn ended with status %d%s",
			process_exit_code(m->run->nspawn_status), text);
}

/* The guest wants to be booted again: the kernel and systemd-nspawn tell. A command that has ended
 * by itself was the container's purpose, also when it leaves a guest that reboots. */
static void note_reboot(Monitor *m)
{
	Run *r = m->run;
	int status, code = r->main && r->main->ended ? r->main->exit_code : 128 + SIGKILL;
	bool asked = r->nspawn_status == NSPAWN_REBOOT << 8 ||
		     (r->leader_pidfd >= 0 && process_wait_status(r->leader_pidfd, &status) >= 0 &&
		      WIFSIGNALED(status) && WTERMSIG(status) == SIGHUP);

	if (!asked || !m->c->racker.boot || r->killed || r->stop_asked || r->failure)
		return;
	r->rebooted = code == 128 + SIGKILL || code == 128 + monitor_stop_signal(m);
}

static void check_gone(Monitor *m)
{
	bool was_starting = m->run->main ? !m->run->main->started : !m->run->announced;
	int code = m->run->killed ? 128 + SIGKILL : 0;

	if (!m->run->nspawn_gone || !m->run->leader_gone || m->run->phase == PHASE_GONE)
		return;
	if (!m->c->racker.boot) {
		code = plain_exit_code(m);
		/* Before racker-init has spoken, only systemd-nspawn can say why. */
		if (m->run->main && !m->run->main->greeted && !m->run->main->started)
			fail_ended_early(m);
		else if (m->run->main)
			session_ended(m->run->main, code);
		was_starting = m->run->main ? !m->run->main->started : true;
	}
	if (!m->run->have_exit_code)
		m->run->exit_code =
			m->run->main && m->c->racker.boot ? command_exit_code(m->run->main) : code;
	if (was_starting)
		fail_ended_early(m);
	note_reboot(m);
	monitor_finish(m);
}

static void on_leader_ended(int fd, uint32_t events, void *userdata)
{
	Monitor *m = userdata;

	(void)fd;
	(void)events;
	m->run->leader_source = loop_source_free(m->run->leader_source);
	m->run->leader_gone = true;
	/* Ours when systemd-nspawn died before it. */
	(void)waitpid(m->run->leader, NULL, WNOHANG);
	check_gone(m);
}

static void register_machine(Monitor *m)
{
	cleanup_free char *root = monitor_path(m, "merged"), *uuid = nspawn_uuid(m->c->id);
	MachineSpec spec = {
		.name = m->c->racker.machine, .uuid = uuid, .root = root, .leader = m->run->leader
	};

	m->run->machine = machine_register(m->loop, &spec);
}

int leader_set(Monitor *m, pid_t pid)
{
	if (m->run->leader > 0)
		return 0;
	m->run->leader_pidfd = process_open(pid, process_start_time(pid));
	if (m->run->leader_pidfd < 0)
		return m->run->leader_pidfd;
	m->run->leader = pid;
	m->run->leader_gone = false;
	m->c->state.pid = pid;
	m->c->state.pid_start = process_start_time(pid);
	m->run->leader_source =
		loop_add_fd(m->loop, m->run->leader_pidfd, EPOLLIN, on_leader_ended, m);
	if (m->run->killed)
		(void)process_signal(m->run->leader_pidfd, SIGKILL);
	if (m->c->racker.boot)
		register_machine(m);
	return monitor_write_state(m);
}

void on_nspawn_ended(pid_t pid, int status, void *userdata)
{
	Monitor *m = userdata;

	(void)pid;
	m->run->nspawn_gone = true;
	m->run->nspawn_status = status;
	/* The guest's PID 1 survives a systemd-nspawn that is killed. */
	if (m->run->leader_pidfd >= 0 && !m->run->leader_gone)
		(void)process_signal(m->run->leader_pidfd, SIGKILL);
	if (m->run->leader_pidfd < 0)
		m->run->leader_gone = true;
	if (m->run->cgroup)
		(void)cgroup_kill(m->run->cgroup);
	check_gone(m);
}

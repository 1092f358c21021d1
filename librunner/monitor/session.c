#include "librunner/monitor/session.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/monitor/payload.h"
#include "librunner/monitor/run-mounts.h"
#include "librunner/process.h"

/* How long output is waited for after an exec has ended, when something it left behind still holds
 * its pipes. As Docker. */
#define DRAIN_USEC 2000000

/* ---- life ---- */

Session *session_new(Monitor *m)
{
	Session *s = xnew0(Session, 1);

	s->monitor = m;
	s->token = init_token();
	s->init_fd = s->input = s->pidfd = -1;
	s->payload[0] = s->payload[1] = s->payload[2] = -1;
	s->out = s->err = (Stream){ .session = s, .fd = -1 };
	s->next = m->run->sessions;
	m->run->sessions = s;
	return s;
}

static void close_payload(Session *s)
{
	for (int i = 0; i < 3; i++) {
		/* A terminal is all three of them. */
		if (i == 0 || s->payload[i] != s->payload[0])
			(void)fd_close(s->payload[i]);
	}
	s->payload[0] = s->payload[1] = s->payload[2] = -1;
}

static void close_init(Session *s)
{
	s->init_source = loop_source_free(s->init_source);
	s->init_fd = fd_close(s->init_fd);
}

Session *session_free(Session *s)
{
	if (!s)
		return NULL;
	for (Session **p = &s->monitor->run->sessions; *p; p = &(*p)->next)
		if (*p == s) {
			*p = s->next;
			break;
		}
	for (Client *c = s->monitor->clients; c; c = c->next)
		if (c->session == s)
			c->session = NULL;
	if (s->monitor->run->main == s)
		s->monitor->run->main = NULL;
	close_init(s);
	close_payload(s);
	loop_source_free(s->out.source);
	loop_source_free(s->err.source);
	launch_forget(s);
	loop_source_free(s->drain);
	(void)fd_close(s->out.fd);
	(void)fd_close(s->err.fd);
	(void)fd_close(s->input);
	(void)fd_close(s->pidfd);
	guest_unit_free(s->unit);
	loop_source_free(s->fallback);
	free(s->exec_id);
	free(s->name);
	free(s->token);
	strv_free(s->argv);
	strv_free(s->env);
	strv_free(s->rlimits);
	free(s->user);
	free(s->cwd);
	free(s);
	return NULL;
}

void session_event(Session *s, const char *action, bool with_command, int code)
{
	cleanup_free char *command = strv_join(s->argv, " ");
	/* As Docker's: a command without arguments has the blank before them. */
	const char *blank = strv_length(s->argv) == 1 ? " " : "";
	cleanup_free char *text =
		with_command ? xasprintf("%s: %s%s", action, command, blank) : xstrdup(action);
	cleanup_strv char **extra = NULL;

	if (!s->exec_id)
		return;
	strv_addf(&extra, "execID=%s", s->exec_id);
	if (!with_command)
		strv_addf(&extra, "exitCode=%d", code);
	monitor_event(s->monitor, text, extra);
}

/* ---- the end ---- */

/* Tells the clients, and forgets an exec. The main command's end is told with the container's. */
static void session_report(Session *s)
{
	Monitor *m = s->monitor;

	if (s == m->run->main)
		return;
	if (s->done)
		s->done(s, s->exit_code, NULL, s->userdata);
	session_event(s, "exec_die", false, s->exit_code);
	for (Client *c = m->clients; c; c = c->next)
		if (c->session == s)
			client_exit(c, s->exit_code);
	session_free(s);
}

static void on_drain(void *userdata)
{
	Session *s = userdata;

	session_drain(s);
	session_report(s);
}

void session_ended(Session *s, int code)
{
	Monitor *m = s->monitor;
	bool first = !s->ended;

	if (!s->started && !s->trouble_code && s->init_fd >= 0 && session_settle(s) < 0)
		return;
	if (!s->started) {
		session_failed(s, 125, "the command could not be started");
		return;
	}
	s->ended = true;
	s->exit_code = code;
	if (s == m->run->main) {
		if (first)
			monitor_command_ended(m, code);
	} else if (session_streams_done(s)) {
		session_report(s);
	} else if (first) {
		s->drain = loop_add_timer(m->loop, DRAIN_USEC, on_drain, s);
	}
}

/* Docker's words for a command that does not start. */
static char *failure_text(const Session *s, const char *text)
{
	bool is_main = s == s->monitor->run->main;

	/* The last one has them already. */
	if (startswith(text, "unable to find ") || startswith(text, "Unable to find ") ||
	    startswith(text, "failed to create task for container: ") ||
	    startswith(text, "uids and gids must be in range "))
		return xstrdup(text);
	return xasprintf(
		"%sunable to start container process: %s%s",
		is_main ? "failed to create task for container: failed to create shim task: "
			  "OCI runtime create failed: runc create failed: "
			: "OCI runtime exec failed: exec failed: ",
		text, endswith(text, ": unknown") ? "" : ": unknown");
}

void session_failed(Session *s, int code, const char *text)
{
	Monitor *m = s->monitor;
	cleanup_free char *full = failure_text(s, text);
	int errnum = code == 127 ? ENOENT : code == 126 ? EACCES : EIO;

	if (s->trouble_code)
		return;
	s->trouble_code = code;
	log_debug("session %s: %s", s->name, full);
	if (s == m->run->main) {
		Error *e = NULL;

		(void)error_set(&e, errnum, "%s", full);
		monitor_fail(m, e);
		return;
	}
	if (s->done)
		s->done(s, -1, full, s->userdata);
	for (Client *c = m->clients; c; c = c->next)
		if (c->session == s) {
			c->session = NULL;
			client_fail(c, errnum, full);
		}
	session_free(s);
}

/* ---- the start ---- */

static void session_set_started(Session *s)
{
	Monitor *m = s->monitor;

	s->started = true;
	close_init(s);
	if (s != m->run->main)
		session_event(s, "exec_start", true, 0);
	if (s == m->run->main)
		monitor_started(m);
	else
		for (Client *c = m->clients; c; c = c->next)
			if (c->session == s)
				client_started(c);
	session_throttle(s);
	if (s->stdin_once && !s->tty && s->handed_input)
		s->input = fd_close(s->input);
}

int session_settle(Session *s)
{
	cleanup_free char *text = NULL;
	int code = 0, r = init_result(s->init_fd, &code, &text);

	if (r == 0)
		return 0;
	if (r == 1) {
		session_set_started(s);
		return 1;
	}
	close_init(s);
	/* Without a word its exit status is all there is: session_ended() comes. */
	if (r < 0)
		return 0;
	session_failed(s, code, text);
	return -1;
}

static void on_init_result(int fd, uint32_t events, void *userdata)
{
	(void)fd;
	(void)events;
	(void)session_settle(userdata);
}

static int open_terminal(Session *s, Error **err)
{
	int master, slave, r;

	r = init_open_pty_of(s->monitor->run->leader > 0 ? s->monitor->run->leader : s->pid,
			     &master, &slave, err);

	if (r < 0)
		return r;
	s->payload[0] = s->payload[1] = s->payload[2] = slave;
	r = stream_open(&s->out, s, master, MSG_OUT, err);
	if (r < 0)
		return r;
	s->input = fcntl(master, F_DUPFD_CLOEXEC, 3);
	if (s->rows && s->columns)
		session_resize(s, s->rows, s->columns);
	return s->input < 0 ? error_errno(err, errno, "duplicate the terminal") : 0;
}

static bool is_plain_main(const Session *s)
{
	return s == s->monitor->run->main && !s->monitor->c->racker.boot;
}

/* racker-init is there: gives it what it needs. */
static int session_go(Session *s, Error **err)
{
	cleanup_fd int spec = -1;
	int seccomp = -1, r;

	if (s->pidfd < 0) {
		s->pid = init_peer(s->init_fd);
		if (s->pid > 0)
			s->pidfd = (int)syscall(SYS_pidfd_open, s->pid, 0);
	}
	if (is_plain_main(s) && s->pid > 0)
		(void)leader_set(s->monitor, s->pid);
	r = s->tty ? open_terminal(s, err) : session_open_pipes(s, err);
	if (r < 0)
		return r;
	if (is_plain_main(s)) {
		r = mounts_prepare(s, err);
		if (r < 0)
			return r;
	}
	if (s->spec.seccomp) {
		r = payload_seccomp(s->monitor, &seccomp, err);
		if (r < 0)
			return r;
		s->spec.seccomp = seccomp >= 0;
	}
	spec = init_spec_memfd(&s->spec, err);
	if (spec < 0)
		return spec;
	r = init_go(s->init_fd, s->payload, spec, seccomp, err);
	close_payload(s);
	if (r >= 0 && is_plain_main(s))
		r = mounts_send(s, err);
	if (r < 0)
		return r;
	s->greeted = true;
	s->init_source = loop_add_fd(s->monitor->loop, s->init_fd, EPOLLIN, on_init_result, s);
	return s->init_source ? 0 : error_errno(err, errno, "watch racker-init");
}

void session_claim(Session *s, int fd)
{
	cleanup_error Error *e = NULL;

	s->init_fd = fd;
	s->fallback = loop_source_free(s->fallback);
	if (session_go(s, &e) >= 0)
		return;
	close_payload(s);
	close_init(s);
	session_failed(s, 125, e->msg);
}

/* ---- what clients ask for ---- */

int session_signal(Session *s, int sig)
{
	return s->pidfd < 0 || !s->started ? -ESRCH : process_signal(s->pidfd, sig);
}

void session_resize(Session *s, uint16_t rows, uint16_t columns)
{
	struct winsize size = { .ws_row = rows, .ws_col = columns };

	s->rows = rows;
	s->columns = columns;
	if (s->tty && s->out.fd >= 0)
		(void)ioctl(s->out.fd, TIOCSWINSZ, &size);
}

/* How a session's racker-init gets into the container. */
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/enter.h"
#include "librunner/init/protocol.h"
#include "librunner/monitor/session.h"
#include "librunner/process.h"

/* How long an exec waits for the guest's systemd to start it. */
#define UNIT_PATIENCE_USEC 3000000

/* A process that entered by setns. It outlives its session where that one failed, because it has to
 * be reaped: until then the kernel does not let the container's PID 1 die. */
struct Entered {
	Session *session; /* NULL: gone */
	LoopSource *source;
};

static void on_unit_failed(const char *text, void *userdata)
{
	Session *s = userdata;

	s->unit = NULL;
	session_failed(s, 125, text);
}

static void on_unit_ended(int code, void *userdata)
{
	Session *s = userdata;
	int status = 0;

	s->unit = NULL;
	if (code < 0) {
		(void)process_wait_status(s->pidfd, &status);
		code = process_exit_code(status);
	}
	session_ended(s, code);
}

/* The main command's unit may have a name of the user's (--guest-unit). */
static char *unit_name(const Session *s)
{
	const char *given = s->monitor->c->racker.guest_unit;

	if (s != s->monitor->run->main || str_empty(given))
		return xasprintf("racker-%s.service", s->name);
	return endswith(given, ".service") ? xstrdup(given) : xasprintf("%s.service", given);
}

static int launch_unit(Session *s)
{
	cleanup_strv char **argv = NULL;
	cleanup_free char *name = unit_name(s);
	cleanup_free char *command = strv_join(s->argv, " ");
	cleanup_free char *description = xasprintf("racker: %.200s", command);
	GuestUnitSpec spec = {
		.name = name,
		.description = description,
		.kill_signal = monitor_stop_signal(s->monitor),
		.stop_timeout_usec = (uint64_t)s->monitor->run->stop_timeout * 1000000,
		.keep_children = s != s->monitor->run->main,
		.failed = on_unit_failed,
		.ended = on_unit_ended,
		.userdata = s,
	};

	strv_add(&argv, INIT_GUEST_PROGRAM);
	strv_add(&argv, INIT_GUEST_SOCKET);
	strv_add(&argv, s->token);
	spec.argv = argv;
	s->unit = guest_unit_start(s->monitor->run->guest, &spec);
	return 0;
}

static void on_entered_ended(pid_t pid, int status, void *userdata)
{
	Entered *e = userdata;
	Session *s = e->session;

	(void)pid;
	loop_source_free(e->source);
	free(e);
	if (!s)
		return;
	s->entered = NULL;
	session_ended(s, process_exit_code(status));
}

static void on_entered_hello(int fd, uint32_t events, void *userdata)
{
	Session *s = userdata;
	int r = init_hello(fd, s->token);

	(void)events;
	if (r == 0)
		return;
	s->init_source = loop_source_free(s->init_source);
	if (r < 0)
		s->init_fd = fd_close(s->init_fd);
	else
		session_claim(s, fd);
}

static int launch_entered(Session *s, Error **err)
{
	cleanup_free char *program = helper_path("racker-init");
	cleanup_fd int theirs = -1;
	int pair[2], r = init_socketpair(pair, err);

	if (r < 0)
		return r;
	s->init_fd = pair[0];
	theirs = pair[1];
	r = enter_container(s->monitor->run->leader, program, theirs, s->token, &s->pid, &s->pidfd,
			    err);
	if (r < 0)
		return r;
	s->entered = xnew0(Entered, 1);
	s->entered->session = s;
	s->entered->source = loop_add_child(s->monitor->loop, s->pid, on_entered_ended, s->entered);
	s->init_source = loop_add_fd(s->monitor->loop, s->init_fd, EPOLLIN, on_entered_hello, s);
	return s->entered->source && s->init_source ? 0
						    : error_errno(err, errno, "watch racker-init");
}

/* The guest's systemd does not do what it is asked for: without it the command is a process beside
 * it, with no more rights than it has itself. */
static void on_fallback(void *userdata)
{
	Session *s = userdata;
	cleanup_error Error *e = NULL;

	s->fallback = loop_source_free(s->fallback);
	log_debug("session %s: the guest's systemd does not answer", s->name);
	guest_unit_abandon(s->unit);
	s->unit = NULL;
	s->spec.mode = INIT_MODE_EXEC;
	s->spec.keep_caps = false;
	s->spec.caps = process_bounding_caps(s->monitor->run->leader);
	if (launch_entered(s, &e) < 0)
		session_failed(s, 125, e->msg);
}

int session_launch(Session *s, Error **err)
{
	Monitor *m = s->monitor;

	if (!m->c->racker.boot)
		return launch_entered(s, err);
	if (s != m->run->main)
		s->fallback = loop_add_timer(m->loop, UNIT_PATIENCE_USEC, on_fallback, s);
	return launch_unit(s);
}

void launch_forget(Session *s)
{
	if (s->entered)
		s->entered->session = NULL;
}

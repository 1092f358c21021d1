/* What clients ask a monitor for. */
#include <signal.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/monitor/network.h"
#include "librunner/monitor/pause.h"
#include "librunner/monitor/payload.h"
#include "librunner/monitor/update.h"
#include "librunner/process.h"

static void fail_not_running(Client *c)
{
	const Monitor *m = c->monitor;
	cleanup_free char *text =
		m->next ? xasprintf(
				  "Container %s is restarting, wait until the container is running",
				  m->c->id)
			: xasprintf("container %s is not running", m->c->id);

	client_fail(c, m->next ? EBUSY : ESRCH, text);
}

static void ask_follow(Client *c, const MonitorRequest *r)
{
	Monitor *m = c->monitor;

	c->streams = r->streams;
	c->stdin_open = r->stdin_open;
	c->session = m->run->main;
	c->follows = true;
	/* Of a system without a command there is the end to follow. */
	c->waits_end = r->streams;
	monitor_event(m, "attach", NULL);
	if (m->run->main && r->rows && r->columns)
		session_resize(m->run->main, (uint16_t)r->rows, (uint16_t)r->columns);
	if (m->run->phase == PHASE_RUNNING || m->run->phase == PHASE_STOPPING)
		client_started(c);
}

static void ask_start(Client *c, const MonitorRequest *r)
{
	c->one_run = true;
	if (!c->first)
		client_fail(c, EALREADY, "the container is running");
	else if (r->streams)
		ask_follow(c, r);
	else
		c->waits_start = true;
}

static void ask_attach(Client *c, const MonitorRequest *r)
{
	const Monitor *m = c->monitor;

	/* A guest that reboots is followed into its next run. */
	if (m->next && !m->run->rebooted)
		client_fail(
			c, EBUSY,
			"You cannot attach to a restarting container, wait until it is running");
	else
		ask_follow(c, r);
}

static void ask_exec(Client *c, const MonitorRequest *r)
{
	Monitor *m = c->monitor;
	cleanup_error Error *e = NULL;
	Session *s;

	if (m->run->phase != PHASE_RUNNING) {
		fail_not_running(c);
		return;
	}
	if (!strv_length(r->argv)) {
		client_fail(c, EINVAL, "No exec command specified");
		return;
	}
	s = payload_exec(m, r);
	c->session = s;
	c->streams = r->streams;
	c->stdin_open = r->stdin_open;
	session_event(s, "exec_create", true, 0);
	if (session_launch(s, &e) < 0) {
		c->session = NULL;
		client_fail(c, e->errnum, e->msg);
		session_free(s);
	}
}

/* 0: not given. */
static int request_signal(Client *c, const MonitorRequest *r)
{
	cleanup_free char *text = NULL;
	int sig = str_empty(r->signal) ? 0 : signal_from_name(r->signal);

	if (sig < 0) {
		text = xasprintf("invalid signal: %s", r->signal);
		client_fail(c, EINVAL, text);
	}
	return sig;
}

/* The event of a signal that a user asked for. */
static void tell_kill(Monitor *m, int sig)
{
	cleanup_strv char **extra = NULL;

	strv_addf(&extra, "signal=%d", sig);
	monitor_event(m, "kill", extra);
}

static void stop_now(Monitor *m, const MonitorRequest *r, int sig)
{
	m->stop_requested = true;
	tell_kill(m, sig ? sig : monitor_stop_signal(m));
	monitor_stop(m, r->timeout, sig);
}

static void ask_stop(Client *c, const MonitorRequest *r)
{
	Monitor *m = c->monitor;
	int sig = request_signal(c, r);

	if (sig < 0)
		return;
	c->waits_end = true;
	client_started(c);
	m->restart_asked = false;
	m->tell_stop = m->c->state.manually_stopped = true;
	stop_now(m, r, sig);
}

static void ask_restart(Client *c, const MonitorRequest *r)
{
	Monitor *m = c->monitor;
	int sig = request_signal(c, r);

	if (sig < 0)
		return;
	c->waits_start = true;
	m->restart_asked = true;
	stop_now(m, r, sig);
}

static void ask_kill(Client *c, const MonitorRequest *r)
{
	int sig = request_signal(c, r);

	if (sig < 0)
		return;
	if (sig == 0)
		sig = SIGKILL;
	/* What is killed is gone when the answer is there. */
	c->waits_end = sig == SIGKILL;
	tell_kill(c->monitor, sig);
	if (sig == SIGKILL)
		client_started(c);
	if (monitor_signal(c->monitor, sig) < 0 && sig != SIGKILL)
		fail_not_running(c);
	else if (sig != SIGKILL)
		client_started(c);
}

static void answer(Client *c, int r, const Error *e)
{
	if (r < 0)
		client_fail(c, e->errnum, e->msg);
	else
		client_started(c);
}

static void ask_pause(Client *c, const MonitorRequest *r)
{
	cleanup_error Error *e = NULL;
	int done = monitor_pause(c->monitor, &e);

	(void)r;
	answer(c, done, e);
}

static void ask_unpause(Client *c, const MonitorRequest *r)
{
	cleanup_error Error *e = NULL;
	int done = monitor_unpause(c->monitor, &e);

	(void)r;
	answer(c, done, e);
}

static void ask_update(Client *c, const MonitorRequest *r)
{
	cleanup_error Error *e = NULL;
	int done = monitor_update(c->monitor, &e);

	(void)r;
	answer(c, done, e);
}

static void ask_network(Client *c, const MonitorRequest *r)
{
	cleanup_error Error *e = NULL;
	int done = network_change(c->monitor, &e);

	(void)r;
	answer(c, done, e);
}

static void ask_network_reload(Client *c, const MonitorRequest *r)
{
	cleanup_error Error *e = NULL;
	int done = network_again(c->monitor, &e);

	(void)r;
	answer(c, done, e);
}

static void ask_execs(Client *c, const MonitorRequest *r)
{
	(void)r;
	c->wants_execs = true;
	client_started(c);
}

static void ask_wait(Client *c, const MonitorRequest *r)
{
	(void)r;
	c->waits_end = true;
	client_started(c);
}

static const struct {
	const char *op;
	void (*ask)(Client *c, const MonitorRequest *r);
} operations[] = {
	{ "start", ask_start },
	{ "attach", ask_attach },
	{ "exec", ask_exec },
	{ "stop", ask_stop },
	{ "restart", ask_restart },
	{ "kill", ask_kill },
	{ "wait", ask_wait },
	{ "pause", ask_pause },
	{ "unpause", ask_unpause },
	{ "update", ask_update },
	{ "execs", ask_execs },
	{ "network", ask_network },
	{ "network-reload", ask_network_reload },
};

void client_request(Client *c, const MonitorRequest *r)
{
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		if (streq(operations[i].op, r->op)) {
			operations[i].ask(c, r);
			return;
		}
	client_fail(c, ENOSYS, "unknown request");
}

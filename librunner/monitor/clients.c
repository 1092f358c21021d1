/* What the clients hear of runs and of the container's end. */
#include "libcommon/alloc.h"
#include "librunner/monitor/session.h"

static bool client_listens(const Client *c)
{
	return c->fd >= 0 && c->asked && !c->closing;
}

void clients_started(Monitor *m)
{
	for (Client *c = m->clients; c; c = c->next)
		if (client_listens(c) && !c->answered &&
		    (c->waits_start || (c->follows && c->session == m->run->main)))
			client_started(c);
}

/* As docker's: who has started the container has seen its run; who attached to it sees no further
 * output, but waits for the end. Through a reboot both stay. */
void clients_run_ended(Monitor *m, bool rebooted)
{
	for (Client *c = m->clients; c; c = c->next) {
		if (!client_listens(c) || !c->follows || rebooted)
			continue;
		c->follows = false;
		if (!c->one_run)
			continue;
		if (!c->answered)
			client_started(c);
		client_exit(c, (int)m->c->state.exit_code);
	}
}

void clients_follow(Monitor *m)
{
	for (Client *c = m->clients; c; c = c->next)
		if (client_listens(c) && c->follows) {
			c->session = m->run->main;
			c->answered = false;
		}
}

static void tell_waited(Client *c)
{
	const Monitor *m = c->monitor;
	cleanup_free char *text = NULL;

	if (!m->run->waited || c->streams)
		return;
	text = xasprintf("container %s did not power off within %lld seconds and was killed",
			 m->c->name, (long long)m->run->waited);
	client_send(c, MSG_NOTICE, text, strlen(text));
}

void clients_tell_end(Monitor *m)
{
	const Error *failure = m->run->failure;

	for (Client *c = m->clients; c; c = c->next) {
		if (c->fd < 0 || c->closing)
			continue;
		if (failure && !c->answered) {
			client_fail(c, failure->errnum, failure->msg);
			continue;
		}
		if (!c->answered)
			client_started(c);
		tell_waited(c);
		client_exit(c, (int)m->c->state.exit_code);
	}
}

/* A run of the container: what is made for it, and what is left of it. */
#include "libcommon/alloc.h"
#include "librunner/monitor/session.h"

/* Docker's default. */
#define STOP_TIMEOUT_SEC 10

Run *run_new(const Container *c)
{
	Run *r = xnew0(Run, 1);

	r->since = now_usec();
	r->leader_pidfd = r->notify_fd = r->init_listener = -1;
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
	loop_source_free(r->leader_source);
	loop_source_free(r->nspawn_source);
	loop_source_free(r->notify_source);
	loop_source_free(r->init_source);
	loop_source_free(r->deadline);
	loop_source_free(r->command_deadline);
	(void)fd_close(r->leader_pidfd);
	(void)fd_close(r->notify_fd);
	(void)fd_close(r->init_listener);
	cgroup_free(r->cgroup);
	error_free(r->failure);
	free(r);
	return NULL;
}

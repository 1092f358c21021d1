#include "compose/hooks.h"

#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/container-state.h"

/* Runs a command in a container and waits; *ret_status is its exit status. What it prints is
 * thrown away, because this process's own output belongs to somebody else. */
static int run_command(Worker *w, const Container *c, const ExecOptions *exec, int *ret_status,
		       Error **err)
{
	const ClientOptions attach = { .no_stdout = true, .no_stderr = true };
	cleanup_fd int client = -1;
	int r = container_exec(worker_runtime(w), c->id, exec, &client, err);

	if (r >= 0)
		r = client_attach(client, &attach, err);
	if (r >= 0)
		*ret_status = r;
	return r < 0 ? r : 0;
}

static int run_hook(Worker *w, const Service *s, const Container *c, const ServiceHook *hook,
		    Error **err)
{
	const ExecOptions exec = {
		.argv = hook->command,
		.env = hook->environment,
		.user = hook->user,
		.working_dir = hook->working_dir,
		.privileged = hook->privileged,
	};
	int status = 0, r;

	if (!hook->command || !*hook->command)
		return 0;
	r = run_command(w, c, &exec, &status, err);
	if (r >= 0 && status)
		r = error_set(err, EIO, "%s hook exited with status %d", s->name, status);
	return r;
}

static int provision(Worker *w, const Service *s, const Container *c, Error **err)
{
	cleanup_free char *title = container_title(c);

	if (s->racker.provision)
		worker_event(w, WORK_WORKING, title, "", "Provisioning");
	STRV_FOREACH(it, s->racker.provision) {
		char *argv[] = { (char *)"/bin/sh", (char *)"-c", *it, NULL };
		int status = 0;
		int r = run_command(w, c, &(ExecOptions){ .argv = argv, .user = "0" }, &status,
				    err);

		if (r < 0)
			return r;
		if (status)
			return error_set(err, EIO,
					 "service \"%s\": x-racker.provision: `%s` exited with "
					 "status %d",
					 s->name, *it, status);
	}
	return 0;
}

int hooks_post_start(Worker *w, const Service *s, const Container *c, bool fresh, Error **err)
{
	int r = fresh ? provision(w, s, c, err) : 0;

	for (size_t i = 0; i < s->n_post_start && r >= 0; i++)
		r = run_hook(w, s, c, &s->post_start[i], err);
	return r;
}

void hooks_pre_stop(Worker *w, const Service *s, const Container *c)
{
	for (size_t i = 0; s && i < s->n_pre_stop; i++) {
		cleanup_error Error *e = NULL;
		cleanup_free char *line = NULL;

		if (!container_is_running(c) || run_hook(w, s, c, &s->pre_stop[i], &e) >= 0)
			continue;
		line = xasprintf("pre_stop: %s", e ? e->msg : "unknown error");
		worker_notice(w, line);
	}
}

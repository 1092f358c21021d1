/* The functions of container.h that give a connection to a running container. */
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/container-state.h"
#include "librunner/monitor-ask.h"

static bool status_is(const Container *c, const char *status)
{
	return streq_null(c->state.status, status);
}

int container_attachable(const Container *c, Error **err)
{
	if (!container_is_running(c))
		return error_set(err, ESRCH,
				 "You cannot attach to a stopped container, start it first");
	if (status_is(c, "paused"))
		return error_set(err, EBUSY,
				 "You cannot attach to a paused container, unpause it first");
	if (status_is(c, "restarting"))
		return error_set(
			err, EBUSY,
			"You cannot attach to a restarting container, wait until it is running");
	return 0;
}

/* Docker names a paused one as the user did. */
static int check_executable(const Container *c, const char *name, Error **err)
{
	if (!container_is_running(c))
		return container_not_running(c, err);
	if (status_is(c, "paused"))
		return error_set(err, EBUSY,
				 "Container %s is paused, unpause the container before exec", name);
	if (status_is(c, "restarting"))
		return error_set(err, EBUSY,
				 "Container %s is restarting, wait until the container is running",
				 c->id);
	return 0;
}

int container_connect(Runtime *rt, const char *name, int *ret_client, Error **err)
{
	cleanup_container Container *c = NULL;
	MonitorRequest request = { .op = (char *)"attach", .streams = true };
	int r = container_find_settled(rt, name, &c, err);

	if (r < 0)
		return r;
	r = container_attachable(c, err);
	if (r < 0)
		return r;
	request.stdin_open = c->config.open_stdin;
	if (c->config.tty)
		request_set_terminal_size(&request);
	r = monitor_ask(rt, c, &request, err);
	if (r < 0)
		return r;
	*ret_client = r;
	return 0;
}

int container_exec(Runtime *rt, const char *name, const ExecOptions *o, int *ret_client,
		   Error **err)
{
	cleanup_container Container *c = NULL;
	MonitorRequest request = {
		.op = (char *)"exec",
		.streams = !o->detach,
		.stdin_open = o->stdin_open && !o->detach,
		.argv = (char **)(uintptr_t)o->argv,
		.env = (char **)(uintptr_t)o->env,
		.user = (char *)(uintptr_t)o->user,
		.working_dir = (char *)(uintptr_t)o->working_dir,
		.tty = o->tty,
		.privileged = o->privileged,
	};
	int r = container_find_settled(rt, name, &c, err);

	if (r < 0)
		return r;
	r = check_executable(c, name, err);
	if (r < 0)
		return r;
	if (o->tty)
		request_set_terminal_size(&request);
	r = monitor_ask(rt, c, &request, err);
	if (r < 0)
		return r;
	if (ret_client && !o->detach)
		*ret_client = r;
	else
		(void)fd_close(r);
	return 0;
}

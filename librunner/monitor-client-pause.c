/* The functions of container-pause.h, by the container's monitor. */
#include "libcommon/fs.h"
#include "librunner/container-pause.h"
#include "librunner/container-state.h"
#include "librunner/monitor-ask.h"

static int ask(Runtime *rt, const char *name, const char *op, const char *what, const char *state,
	       Error **err)
{
	cleanup_container Container *c = NULL;
	MonitorRequest request = { .op = (char *)(uintptr_t)op };
	int r = container_find_settled(rt, name, &c, err);

	if (r < 0)
		return r;
	if (!container_is_running(c))
		return error_set(err, ESRCH, "%s %s is not %s", what, c->id, state);
	r = monitor_ask(rt, c, &request, err);
	if (r < 0)
		return r;
	(void)fd_close(r);
	return 0;
}

int container_pause(Runtime *rt, const char *name, Error **err)
{
	return ask(rt, name, "pause", "container", "running", err);
}

int container_unpause(Runtime *rt, const char *name, Error **err)
{
	return ask(rt, name, "unpause", "Container", "paused", err);
}

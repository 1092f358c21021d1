/* The functions of container.h that end a container, by its monitor. */
#include <signal.h>

#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/container-state.h"
#include "librunner/container-store.h"
#include "librunner/monitor-ask.h"
#include "librunner/process.h"

/* ---- stop, kill, wait ---- */

int container_stop(Runtime *rt, const char *name, int64_t timeout, const char *signal, Error **err)
{
	cleanup_container Container *c = NULL;
	cleanup_error Error *e = NULL;
	cleanup_fd int sock = -1;
	MonitorRequest request = { .op = (char *)"stop",
				   .timeout = timeout,
				   .signal = (char *)(uintptr_t)signal };
	int status, r;

	r = signal && signal_from_name(signal) < 0
		    ? error_set(err, EINVAL, "invalid signal: %s", signal)
		    : container_find_settled(rt, name, &c, err);
	if (r < 0)
		return r;
	if (!container_is_running(c))
		return 0;
	sock = monitor_ask(rt, c, &request, &e);
	r = sock < 0 ? sock : monitor_wait_exit(rt, sock, &status, &e);
	if (r < 0 && container_has_ended(rt, c->id))
		return 0;
	return r < 0 ? error_propagate(err, steal(&e)) : 0;
}

int container_restart(Runtime *rt, const char *name, int64_t timeout, const char *signal,
		      Error **err)
{
	cleanup_container Container *c = NULL;
	cleanup_error Error *e = NULL;
	cleanup_fd int sock = -1;
	MonitorRequest request = { .op = (char *)"restart",
				   .timeout = timeout,
				   .signal = (char *)(uintptr_t)signal };
	int r = signal && signal_from_name(signal) < 0
			? error_set(err, EINVAL, "invalid signal: %s", signal)
			: container_find_settled(rt, name, &c, err);

	if (r < 0)
		return r;
	if (!container_is_running(c))
		return container_start(rt, c->id, NULL, err);
	sock = monitor_ask(rt, c, &request, &e);
	if (sock < 0 && container_has_ended(rt, c->id))
		return container_start(rt, c->id, NULL, err);
	return sock < 0 ? error_propagate(err, steal(&e)) : 0;
}

int container_kill(Runtime *rt, const char *name, const char *signal, Error **err)
{
	cleanup_container Container *c = NULL;
	cleanup_fd int sock = -1;
	MonitorRequest request = { .op = (char *)"kill", .signal = (char *)(uintptr_t)signal };
	int sig = str_empty(signal) ? SIGKILL : signal_from_name(signal), status, r;

	r = sig < 0 ? error_set(err, EINVAL, "invalid signal: %s", signal)
		    : container_find_settled(rt, name, &c, err);
	if (r < 0)
		return error_prefix(err, r, "cannot kill container: %s", name);
	if (!container_is_running(c))
		r = container_not_running(c, err);
	else
		r = sock = monitor_ask(rt, c, &request, err);
	if (r >= 0 && sig == SIGKILL)
		r = monitor_wait_exit(rt, sock, &status, err);
	return r < 0 ? error_prefix(err, r, "cannot kill container: %s", name) : 0;
}

int container_wait(Runtime *rt, const char *name, int *ret_status, Error **err)
{
	cleanup_container Container *c = NULL, *now = NULL;
	cleanup_error Error *e = NULL;
	cleanup_fd int sock = -1;
	MonitorRequest request = { .op = (char *)"wait" };
	int r = container_find_settled(rt, name, &c, err);

	if (r < 0)
		return r;
	if (!container_is_running(c)) {
		*ret_status = (int)c->state.exit_code;
		return 0;
	}
	sock = monitor_ask(rt, c, &request, &e);
	r = sock < 0 ? sock : monitor_wait_exit(rt, sock, ret_status, &e);
	if (r >= 0)
		return 0;
	/* It ended before it heard us, or its monitor died: the state tells. */
	if (container_load(rt, c->id, &now, NULL) >= 0 && !container_is_running(now)) {
		*ret_status = (int)now->state.exit_code;
		return 0;
	}
	return error_propagate(err, steal(&e));
}

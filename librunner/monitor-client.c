/* The functions of container.h that end a container, by its monitor. */
#include <signal.h>
#include <time.h>

#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/container-state.h"
#include "librunner/container-store.h"
#include "librunner/monitor-ask.h"
#include "librunner/options/refresh.h"
#include "librunner/process.h"

/* How long a container that ends may take to say so on disk: 10 s. */
#define SETTLE_NSEC 20000000
#define SETTLE_TRIES 500

/* ---- stop, kill, wait ---- */

/* 0: not given. Docker's words for what is none. */
static int check_signal(const char *signal, Error **err)
{
	int sig = str_empty(signal) ? 0 : signal_from_name(signal);
	uint64_t number;

	if (sig >= 0)
		return sig;
	if (str_to_u64(signal, &number) >= 0 && number > 0)
		return error_set(err, EINVAL, "the linux daemon does not support signal %s",
				 signal);
	return error_set(err, EINVAL, "invalid signal: %s", signal);
}

static int stop_found(Runtime *rt, const Container *c, int64_t timeout, const char *signal,
		      Error **err)
{
	cleanup_error Error *e = NULL;
	cleanup_fd int sock = -1;
	MonitorRequest request = { .op = (char *)"stop",
				   .timeout = timeout,
				   .signal = (char *)(uintptr_t)signal };
	int status, r = check_signal(signal, err);

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

int container_stop(Runtime *rt, const char *name, int64_t timeout, const char *signal, Error **err)
{
	cleanup_container Container *c = NULL;
	int r = container_find_settled(rt, name, &c, err);

	if (r < 0)
		return r;
	r = stop_found(rt, c, timeout, signal, err);
	return r < 0 ? error_prefix(err, r, "cannot stop container: %s", name) : 0;
}

static int restart_found(Runtime *rt, const Container *c, int64_t timeout, const char *signal,
			 Error **err)
{
	cleanup_error Error *e = NULL;
	cleanup_fd int sock = -1;
	MonitorRequest request = { .op = (char *)"restart",
				   .timeout = timeout,
				   .signal = (char *)(uintptr_t)signal };
	int r = check_signal(signal, err);

	if (r >= 0)
		r = container_startable(c, err);
	if (r < 0)
		return r;
	if (!container_is_running(c))
		return container_start(rt, c->id, NULL, err);
	r = container_refresh_check(rt, c, err);
	if (r < 0)
		return r;
	sock = monitor_ask(rt, c, &request, &e);
	if (sock < 0 && container_has_ended(rt, c->id))
		return container_start(rt, c->id, NULL, err);
	return sock < 0 ? error_propagate(err, steal(&e)) : 0;
}

int container_restart(Runtime *rt, const char *name, int64_t timeout, const char *signal,
		      Error **err)
{
	cleanup_container Container *c = NULL;
	int r = container_find_settled(rt, name, &c, err);

	if (r < 0)
		return r;
	r = restart_found(rt, c, timeout, signal, err);
	return r < 0 ? error_prefix(err, r, "Cannot restart container %s", name) : 0;
}

int container_kill(Runtime *rt, const char *name, const char *signal, Error **err)
{
	cleanup_container Container *c = NULL;
	cleanup_fd int sock = -1;
	MonitorRequest request = { .op = (char *)"kill", .signal = (char *)(uintptr_t)signal };
	int sig = check_signal(signal, err), status;
	int r = sig < 0 ? sig : container_find_settled(rt, name, &c, err);

	if (r < 0)
		return error_prefix(err, r, "cannot kill container: %s", name);
	if (!container_is_running(c))
		r = container_not_running(c, err);
	else
		r = sock = monitor_ask(rt, c, &request, err);
	if (r >= 0 && (sig == 0 || sig == SIGKILL))
		r = monitor_wait_exit(rt, sock, &status, err);
	return r < 0 ? error_prefix(err, r, "cannot kill container: %s", name) : 0;
}

int container_wait(Runtime *rt, const char *name, int *ret_status, Error **err)
{
	cleanup_container Container *c = NULL, *now = NULL;
	cleanup_error Error *e = NULL;
	cleanup_fd int sock = -1;
	MonitorRequest request = { .op = (char *)"wait" };
	const struct timespec pause = { .tv_nsec = SETTLE_NSEC };
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
	/* It ended before it heard us, or its monitor died: the state tells, in a moment. */
	for (int i = 0; i < SETTLE_TRIES; i++) {
		now = container_free(now);
		if (container_find_settled(rt, c->id, &now, NULL) < 0)
			break;
		if (!container_is_running(now)) {
			*ret_status = (int)now->state.exit_code;
			return 0;
		}
		if (e->errnum != ESRCH)
			break;
		(void)nanosleep(&pause, NULL);
	}
	return error_propagate(err, steal(&e));
}

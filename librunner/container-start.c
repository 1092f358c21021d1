/* container_start(): starts a monitor, and waits until the container runs. */
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/spawn.h"
#include "libcommon/str.h"
#include "librunner/container-state.h"
#include "librunner/container-store.h"
#include "librunner/monitor-ask.h"
#include "librunner/options/refresh.h"
#include "librunner/placement.h"

/* Where no systemd looks after it. */
static int spawn_monitor(char *const *argv, int sock, int lock, int errors, Error **err)
{
	Spawn s = { .argv = argv,
		    .in = -1,
		    .out = -1,
		    .err = errors,
		    .fds = { sock, lock },
		    .n_fds = 2,
		    .new_session = true };
	cleanup_error Error *e = NULL;
	pid_t pid;
	int r;

	r = spawn(&s, &pid, NULL, &e);
	if (r < 0)
		/* Not the kind that says that the container's command does not exist. */
		return error_set(err, EIO, "%s", e->msg);
	/* It goes into the background at once. */
	r = spawn_wait(pid);
	return r == 0 ? 0 : error_set(err, EIO, "racker-monitor ended with status %d", r);
}

static int place_monitor(Runtime *rt, const Container *c, int sock, int lock, Error **err)
{
	cleanup_free char *program = helper_path("racker-monitor");
	cleanup_free char *dir = container_dir(c->id), *log = xasprintf("%s/monitor.log", dir);
	cleanup_fd int errors =
		openat(store_fd(rt->store), log,
		       O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0640);
	char *argv[] = { program, rt->root, c->id, (char *)"service", NULL };
	PlacementSpec s = {
		.container = c, .root = rt->root, .argv = argv, .fds = { sock, lock, errors }
	};
	int r;

	if (errors < 0)
		return error_errno(err, errno, "open %s/%s", rt->root, log);
	r = placement_start(&s, err);
	if (r != 0)
		return r;
	argv[3] = NULL;
	return spawn_monitor(argv, sock, lock, errors, err);
}

static int start_monitor(Runtime *rt, const Container *c, MonitorRequest *request, int lock,
			 int *ret_sock, Error **err)
{
	cleanup_fd int ours = -1, theirs = -1;
	int pair[2], r;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return error_errno(err, errno, "make a socket pair");
	ours = pair[0];
	theirs = pair[1];
	r = monitor_request(ours, request, err);
	if (r >= 0)
		r = place_monitor(rt, c, theirs, lock, err);
	if (r >= 0)
		*ret_sock = steal_fd(&ours);
	return r;
}

int container_startable(const Container *c, Error **err)
{
	if (!c->racker.disabled)
		return 0;
	return error_set(err, EPERM,
			 "container %s is disabled: enable it with `racker update "
			 "--disabled=false %s`",
			 c->name, c->name);
}

static int check_start(const Container *c, Error **err)
{
	if (streq_null(c->state.status, "paused"))
		return error_set(err, EBUSY,
				 "cannot start a paused container, try unpause instead");
	return container_startable(c, err);
}

/* *ret_sock stays -1 when it runs already; else the monitor will answer there. */
static int start_begin(Runtime *rt, const char *name, const StartOptions *o, int *ret_client,
		       int *ret_sock, Error **err)
{
	cleanup_container Container *found = NULL, *c = NULL;
	cleanup_fd int lock = -1;
	MonitorRequest request = { .op = (char *)"start", .streams = ret_client };
	int r = container_find(rt, name, &found, err);

	if (r < 0)
		return r;
	/* Nobody else starts or removes it from here on. */
	lock = container_start_lock(rt, found->id, err);
	r = lock < 0 ? lock : container_find(rt, found->id, &c, err);
	if (r >= 0)
		r = check_start(c, err);
	if (r < 0)
		return r;
	if (container_is_running(c))
		return ret_client ? container_connect(rt, c->id, ret_client, err) : 0;
	r = container_refresh(rt, c, err);
	if (r < 0)
		return r;
	request.stdin_open = ret_client && o->stdin_open && c->config.open_stdin;
	if (c->config.tty)
		request_set_terminal_size(&request);
	return start_monitor(rt, c, &request, lock, ret_sock, err);
}

int container_start_begin(Runtime *rt, const char *id, Error **err)
{
	const StartOptions o = { 0 };
	int sock = -1, r = start_begin(rt, id, &o, NULL, &sock, err);

	if (r >= 0 && sock < 0)
		r = error_set(err, EALREADY, "container %.12s runs already", id);
	return r < 0 ? r : sock;
}

static int start_held(Runtime *rt, const char *name, const StartOptions *o, int *ret_client,
		      Error **err)
{
	cleanup_fd int sock = -1;
	int r = start_begin(rt, name, o, ret_client, &sock, err);

	if (o->release_signals)
		signals_release();
	if (r < 0 || sock < 0)
		return r;
	r = monitor_wait_started(sock, o->sig_proxy, err);
	if (r >= 0 && ret_client)
		*ret_client = steal_fd(&sock);
	return r;
}

int container_start_with(Runtime *rt, const char *name, const StartOptions *o, int *ret_client,
			 Error **err)
{
	sigset_t before;
	int r;

	if (!o->sig_proxy)
		return start_held(rt, name, o, ret_client, err);
	signals_hold(&before);
	r = start_held(rt, name, o, ret_client, err);
	if (r < 0)
		(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return r;
}

int container_start(Runtime *rt, const char *name, int *ret_client, Error **err)
{
	const StartOptions o = { .stdin_open = true };

	return container_start_with(rt, name, &o, ret_client, err);
}

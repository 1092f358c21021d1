/* The functions of container.h that talk to a container's monitor. */
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "libcommon/spawn.h"
#include "libcommon/str.h"
#include "librunner/container-state.h"
#include "librunner/container-store.h"
#include "librunner/container.h"
#include "librunner/monitor-protocol.h"
#include "librunner/process.h"

/* ---- messages ---- */

static void set_terminal_size(MonitorRequest *r)
{
	struct winsize size;

	for (int fd = 0; fd < 3; fd++)
		if (ioctl(fd, TIOCGWINSZ, &size) == 0) {
			r->rows = size.ws_row;
			r->columns = size.ws_col;
			return;
		}
}

static int send_request(int sock, MonitorRequest *r, Error **err)
{
	int e;

	r->version = MONITOR_PROTOCOL;
	e = monitor_send_json(sock, MSG_REQUEST, &monitor_request_type, r, -1, 0);
	if (e == -EMSGSIZE)
		return error_set(err, E2BIG, "arguments and environment are too long");
	return e < 0 ? error_errno(err, -e, "ask the container's monitor") : 0;
}

static int monitor_lost(Error **err)
{
	return error_set(err, ECONNRESET, "the container's monitor ended unexpectedly");
}

/* Takes the MSG_FAILED that is waiting. */
static int take_failure(int sock, Error **err)
{
	cleanup_free char *buf = xmalloc(MONITOR_MAX_MESSAGE);
	MonitorFailure f = { 0 };
	size_t n;
	int r = monitor_receive(sock, buf, &n, NULL, 0);

	if (r <= 0)
		return monitor_lost(err);
	r = monitor_decode(buf + 1, n, -1, &monitor_failure_type, &f, err);
	if (r >= 0)
		r = error_set(err, f.errnum > 0 ? (int)f.errnum : EIO, "%s", f.message);
	json_clear(&monitor_failure_type, &f);
	return r;
}

/* Waits for MSG_STARTED, which stays there for client_attach(): it carries the input. */
static int wait_started(int sock, Error **err)
{
	unsigned reset = 0; /* as in monitor_receive() */
	char kind = 0;
	ssize_t n;

	do
		n = recv(sock, &kind, 1, MSG_PEEK);
	while (n < 0 && (errno == EINTR || (errno == ECONNRESET && !reset++)));
	if (n <= 0)
		return monitor_lost(err);
	if (kind == MSG_FAILED)
		return take_failure(sock, err);
	return kind == MSG_STARTED ? 0 : error_set(err, EPROTO, "unexpected answer of the monitor");
}

/* Reads on to MSG_EXIT. */
static int wait_exit(int sock, int *ret_status, Error **err)
{
	cleanup_free char *buf = xmalloc(MONITOR_MAX_MESSAGE);
	int32_t status;
	size_t n;
	int r;

	do
		r = monitor_receive(sock, buf, &n, NULL, 0);
	while (r > 0 && r != MSG_EXIT);
	if (r != MSG_EXIT || n != sizeof(status))
		return monitor_lost(err);
	memcpy(&status, buf + 1, sizeof(status));
	*ret_status = status;
	return 0;
}

/* ---- connecting ---- */

static int not_running(const Container *c, Error **err)
{
	return error_set(err, ESRCH, "container %s is not running", c->id);
}

static int monitor_connect(Runtime *rt, const Container *c, Error **err)
{
	cleanup_fd int sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	cleanup_free char *dir = container_rundir(rt, c->id);
	struct sockaddr_un sa = { .sun_family = AF_UNIX };

	if (sock < 0)
		return error_errno(err, errno, "make a socket");
	(void)snprintf(sa.sun_path, sizeof(sa.sun_path), "%s/" MONITOR_SOCKET, dir);
	if (connect(sock, (struct sockaddr *)&sa, sizeof(sa)) == 0)
		return steal_fd(&sock);
	/* It has just ended. */
	if (errno == ENOENT || errno == ECONNREFUSED)
		return not_running(c, err);
	return error_errno(err, errno, "connect to %s", sa.sun_path);
}

/* Connects and asks; the descriptor waits for the answer. */
static int monitor_ask(Runtime *rt, const Container *c, MonitorRequest *r, Error **err)
{
	cleanup_fd int sock = monitor_connect(rt, c, err);
	int e;

	if (sock < 0)
		return sock;
	e = send_request(sock, r, err);
	if (e >= 0)
		e = wait_started(sock, err);
	return e < 0 ? e : steal_fd(&sock);
}

/* Whether a failed question means that the container has ended meanwhile. */
static bool has_ended(Runtime *rt, const char *id)
{
	cleanup_container Container *c = NULL;
	int r = container_load(rt, id, &c, NULL);

	return r == -ENOENT || (r >= 0 && !container_is_running(c));
}

/* ---- start, attach, exec ---- */

static int monitor_spawn(Runtime *rt, const char *id, int sock, Error **err)
{
	cleanup_free char *program = helper_path("racker-monitor");
	cleanup_free char *dir = container_dir(id), *log = xasprintf("%s/monitor.log", dir);
	cleanup_fd int errors =
		openat(store_fd(rt->store), log,
		       O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0640);
	char *argv[] = { program, rt->root, (char *)(uintptr_t)id, NULL };
	Spawn s = { .argv = argv,
		    .in = -1,
		    .out = -1,
		    .err = errors,
		    .fds = { sock },
		    .n_fds = 1,
		    .new_session = true };
	cleanup_error Error *e = NULL;
	pid_t pid;
	int r;

	if (errors < 0)
		return error_errno(err, errno, "open %s/%s", rt->root, log);
	r = spawn(&s, &pid, NULL, &e);
	if (r < 0)
		/* Not the kind that says that the container's command does not exist. */
		return error_set(err, EIO, "%s", e->msg);
	/* It goes into the background at once. */
	r = spawn_wait(pid);
	return r == 0 ? 0 : error_set(err, EIO, "racker-monitor ended with status %d", r);
}

int container_start(Runtime *rt, const char *id, int *ret_client, Error **err)
{
	cleanup_container Container *c = NULL;
	cleanup_fd int ours = -1, theirs = -1;
	MonitorRequest request = { .op = (char *)"start", .streams = ret_client };
	int pair[2], r = container_find(rt, id, &c, err);

	if (r < 0)
		return r;
	if (container_is_running(c))
		return ret_client ? container_connect(rt, c->id, ret_client, err) : 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return error_errno(err, errno, "make a socket pair");
	ours = pair[0];
	theirs = pair[1];
	request.stdin_open = ret_client && c->config.open_stdin;
	if (c->config.tty)
		set_terminal_size(&request);
	r = send_request(ours, &request, err);
	if (r >= 0)
		r = monitor_spawn(rt, c->id, theirs, err);
	if (r < 0)
		return r;
	theirs = fd_close(theirs);
	r = wait_started(ours, err);
	if (r < 0)
		return r;
	if (ret_client)
		*ret_client = steal_fd(&ours);
	return 0;
}

int container_connect(Runtime *rt, const char *name, int *ret_client, Error **err)
{
	cleanup_container Container *c = NULL;
	MonitorRequest request = { .op = (char *)"attach", .streams = true };
	int r = container_find(rt, name, &c, err);

	if (r < 0)
		return r;
	if (!container_is_running(c))
		return error_set(err, ESRCH,
				 "You cannot attach to a stopped container, start it first");
	request.stdin_open = c->config.open_stdin;
	if (c->config.tty)
		set_terminal_size(&request);
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
	int r = container_find(rt, name, &c, err);

	if (r < 0)
		return r;
	if (!container_is_running(c))
		return not_running(c, err);
	if (o->tty)
		set_terminal_size(&request);
	r = monitor_ask(rt, c, &request, err);
	if (r < 0)
		return r;
	if (ret_client && !o->detach)
		*ret_client = r;
	else
		(void)fd_close(r);
	return 0;
}

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
		    : container_find(rt, name, &c, err);
	if (r < 0)
		return r;
	if (!container_is_running(c))
		return 0;
	sock = monitor_ask(rt, c, &request, &e);
	r = sock < 0 ? sock : wait_exit(sock, &status, &e);
	if (r < 0 && has_ended(rt, c->id))
		return 0;
	return r < 0 ? error_propagate(err, steal(&e)) : 0;
}

int container_kill(Runtime *rt, const char *name, const char *signal, Error **err)
{
	cleanup_container Container *c = NULL;
	cleanup_fd int sock = -1;
	MonitorRequest request = { .op = (char *)"kill", .signal = (char *)(uintptr_t)signal };
	int sig = str_empty(signal) ? SIGKILL : signal_from_name(signal), status, r;

	r = sig < 0 ? error_set(err, EINVAL, "invalid signal: %s", signal)
		    : container_find(rt, name, &c, err);
	if (r < 0)
		return error_prefix(err, r, "cannot kill container: %s", name);
	if (!container_is_running(c))
		r = not_running(c, err);
	else
		r = sock = monitor_ask(rt, c, &request, err);
	if (r >= 0 && sig == SIGKILL)
		r = wait_exit(sock, &status, err);
	return r < 0 ? error_prefix(err, r, "cannot kill container: %s", name) : 0;
}

int container_wait(Runtime *rt, const char *name, int *ret_status, Error **err)
{
	cleanup_container Container *c = NULL, *now = NULL;
	cleanup_error Error *e = NULL;
	cleanup_fd int sock = -1;
	MonitorRequest request = { .op = (char *)"wait" };
	int r = container_find(rt, name, &c, err);

	if (r < 0)
		return r;
	if (!container_is_running(c)) {
		*ret_status = (int)c->state.exit_code;
		return 0;
	}
	sock = monitor_ask(rt, c, &request, &e);
	r = sock < 0 ? sock : wait_exit(sock, ret_status, &e);
	if (r >= 0)
		return 0;
	/* It ended before it heard us, or its monitor died: the state tells. */
	if (container_load(rt, c->id, &now, NULL) >= 0 && !container_is_running(now)) {
		*ret_status = (int)now->state.exit_code;
		return 0;
	}
	return error_propagate(err, steal(&e));
}

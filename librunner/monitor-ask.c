#include "librunner/monitor-ask.h"

#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/container-state.h"
#include "librunner/container-store.h"

/* ---- messages ---- */

void request_set_terminal_size(MonitorRequest *r)
{
	struct winsize size;

	for (int fd = 0; fd < 3; fd++)
		if (ioctl(fd, TIOCGWINSZ, &size) == 0) {
			r->rows = size.ws_row;
			r->columns = size.ws_col;
			return;
		}
}

int monitor_request(int sock, MonitorRequest *r, Error **err)
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

/* Until something is there to be read. What the user sends meanwhile is the monitor's to decide. */
static void wait_readable(int sock, int signals)
{
	struct pollfd p[] = { { .fd = sock, .events = POLLIN },
			      { .fd = signals, .events = POLLIN } };
	struct signalfd_siginfo si;
	int32_t sig;

	while (poll(p, 2, -1) < 0 || !p[0].revents) {
		if (!(p[1].revents & POLLIN) || read(signals, &si, sizeof(si)) != sizeof(si))
			continue;
		sig = (int32_t)si.ssi_signo;
		(void)monitor_send(sock, MSG_SIGNAL, &sig, sizeof(sig), -1, MSG_DONTWAIT);
	}
}

static void ending_signals(sigset_t *ret)
{
	static const int ending[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };

	(void)sigemptyset(ret);
	for (size_t i = 0; i < sizeof(ending) / sizeof(ending[0]); i++) {
		struct sigaction now;

		/* nohup stays nohup. */
		if (sigaction(ending[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
			(void)sigaddset(ret, ending[i]);
	}
}

void signals_hold(sigset_t *ret_before)
{
	sigset_t set;

	ending_signals(&set);
	(void)sigprocmask(SIG_BLOCK, &set, ret_before);
}

void signals_release(void)
{
	sigset_t set;

	ending_signals(&set);
	(void)sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void wait_forwarding(int sock)
{
	sigset_t set;
	cleanup_fd int fd = -1;

	ending_signals(&set);
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (fd >= 0)
		wait_readable(sock, fd);
}

static int wait_answer(int sock, Error **err)
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

int monitor_wait_started(int sock, bool forward, Error **err)
{
	if (forward)
		wait_forwarding(sock);
	return wait_answer(sock, err);
}

/* Reads on to MSG_EXIT. */
int monitor_wait_exit(Runtime *rt, int sock, int *ret_status, Error **err)
{
	cleanup_free char *buf = xmalloc(MONITOR_MAX_MESSAGE);
	int32_t status;
	size_t n;
	int r;

	do {
		r = monitor_receive(sock, buf, &n, NULL, 0);
		if (r == MSG_NOTICE && rt->notice) {
			cleanup_free char *text = xstrndup(buf + 1, n);

			rt->notice(text, rt->userdata);
		}
	} while (r > 0 && r != MSG_EXIT);
	if (r != MSG_EXIT || n != sizeof(status))
		return monitor_lost(err);
	memcpy(&status, buf + 1, sizeof(status));
	*ret_status = status;
	return 0;
}

/* ---- connecting ---- */

int container_not_running(const Container *c, Error **err)
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
		return container_not_running(c, err);
	return error_errno(err, errno, "connect to %s", sa.sun_path);
}

/* Connects and asks; the descriptor waits for the answer. */
int monitor_ask(Runtime *rt, const Container *c, MonitorRequest *r, Error **err)
{
	cleanup_fd int sock = monitor_connect(rt, c, err);
	int e;

	if (sock < 0)
		return sock;
	e = monitor_request(sock, r, err);
	if (e >= 0)
		e = monitor_wait_started(sock, false, err);
	return e < 0 ? e : steal_fd(&sock);
}

char **container_exec_ids(Runtime *rt, const Container *c)
{
	MonitorRequest request = { .op = (char *)"execs" };
	cleanup_free char *buf = xmalloc(MONITOR_MAX_MESSAGE);
	cleanup_fd int sock = monitor_ask(rt, c, &request, NULL), file = -1;
	MonitorStarted answer = { 0 };
	char **ids = NULL;
	size_t n;

	if (sock >= 0 && monitor_receive(sock, buf, &n, &file, 0) == MSG_STARTED &&
	    monitor_decode(buf + 1, n, file, &monitor_started_type, &answer, NULL) >= 0)
		ids = steal(&answer.execs);
	json_clear(&monitor_started_type, &answer);
	return ids;
}

/* Whether a failed question means that the container has ended meanwhile. */
bool container_has_ended(Runtime *rt, const char *id)
{
	cleanup_container Container *c = NULL;
	int r = container_load(rt, id, &c, NULL);

	return r == -ENOENT || (r >= 0 && !container_is_running(c));
}

int container_find_settled(Runtime *rt, const char *name, Container **ret, Error **err)
{
	cleanup_container Container *c = NULL;
	cleanup_fd int lock = -1;
	int r = container_find(rt, name, &c, err);

	if (r < 0)
		return r;
	if (!container_is_running(c)) {
		lock = container_start_lock(rt, c->id, err);
		r = lock < 0 ? lock : container_find(rt, c->id, ret, err);
		return r;
	}
	*ret = steal(&c);
	return 0;
}

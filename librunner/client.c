/* client_attach(): copies between our stdio and a container. */
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/loop.h"
#include "librunner/container.h"
#include "librunner/detach-keys.h"
#include "librunner/monitor-protocol.h"

#define INPUT_CHUNK 65536

/* Where bytes go, without ever blocking: while something is pending, nothing more is read. */
typedef struct Sink {
	struct Attach *attach;
	const char *name;
	int fd;
	bool ours; /* a description of our own, which may be non-blocking */
	bool is_socket;
	LoopSource *source;
	Strbuf pending;
} Sink;

typedef struct Attach {
	const ClientOptions *options;
	Loop *loop;
	int sock;
	LoopSource *sock_source, *stdin_source;
	Sink out, err, input;
	bool tty; /* the command's streams are a terminal */
	bool raw;
	DetachKeys keys;
	bool stdin_eof;
	struct termios saved;
	bool done;
	bool detached;
	int status;
	Error *error;
} Attach;

/* ---- the terminal ---- */

static void terminal_restore(Attach *a)
{
	if (a->raw)
		(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &a->saved);
	a->raw = false;
}

static void terminal_raw(Attach *a)
{
	struct termios t;

	if (!a->options->tty || !a->options->stdin_open || tcgetattr(STDIN_FILENO, &t) < 0)
		return;
	a->saved = t;
	cfmakeraw(&t);
	a->raw = tcsetattr(STDIN_FILENO, TCSADRAIN, &t) == 0;
}

static void send_size(Attach *a)
{
	struct winsize w;
	MonitorSize size;

	for (int fd = 0; a->tty && fd < 3; fd++) {
		if (ioctl(fd, TIOCGWINSZ, &w) < 0)
			continue;
		size = (MonitorSize){ .rows = w.ws_row, .columns = w.ws_col };
		(void)monitor_send(a->sock, MSG_RESIZE, &size, sizeof(size), -1, 0);
		return;
	}
}

/* ---- the end ---- */

static void finish(Attach *a, int status)
{
	a->status = status;
	a->done = true;
	a->sock_source = loop_source_free(a->sock_source);
	if (!a->out.pending.len && !a->err.pending.len)
		loop_exit(a->loop, 0);
}

static void fail(Attach *a, int errnum, const char *what)
{
	if (!a->error)
		(void)error_errno(&a->error, errnum, "%s", what);
	strbuf_clear(&a->out.pending);
	strbuf_clear(&a->err.pending);
	finish(a, -errnum);
}

/* ---- sinks ---- */

static void sink_close(Sink *s)
{
	s->source = loop_source_free(s->source);
	if (s->ours)
		s->fd = fd_close(s->fd);
	s->fd = -1;
	strbuf_clear(&s->pending);
}

/* Reads on from the sources, or not. */
static void update_sources(Attach *a)
{
	bool in = a->input.fd >= 0 && !a->input.pending.len && !a->stdin_eof;

	if (a->sock_source)
		loop_source_set_events(a->sock_source,
				       a->out.pending.len || a->err.pending.len ? 0 : EPOLLIN);
	if (a->stdin_source)
		loop_source_set_events(a->stdin_source, in ? EPOLLIN : 0);
	if (a->stdin_eof && !a->input.pending.len && !a->tty)
		sink_close(&a->input);
	/* `run -a stdin`: there is nothing else to stay for. */
	if (a->stdin_eof && a->options->no_stdout && a->options->no_stderr && !a->done &&
	    !a->input.pending.len)
		finish(a, 0);
	if (a->done && !a->out.pending.len && !a->err.pending.len)
		loop_exit(a->loop, 0);
}

static void sink_flush(Sink *s)
{
	Attach *a = s->attach;

	while (s->pending.len) {
		ssize_t n = s->is_socket ? send(s->fd, s->pending.data, s->pending.len,
						MSG_DONTWAIT | MSG_NOSIGNAL)
					 : write(s->fd, s->pending.data, s->pending.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0 && s == &a->input) {
			/* The command does not read any more. */
			sink_close(s);
			break;
		}
		if (n < 0) {
			fail(a, errno, s->name);
			return;
		}
		strbuf_consume(&s->pending, (size_t)n);
	}
	if (s->source)
		loop_source_set_events(s->source, s->pending.len ? EPOLLOUT : 0);
	update_sources(a);
}

static void on_writable(int fd, uint32_t events, void *userdata)
{
	(void)fd;
	(void)events;
	sink_flush(userdata);
}

static void sink_write(Sink *s, const void *data, size_t n)
{
	if (s->fd < 0)
		return;
	strbuf_add(&s->pending, data, n);
	sink_flush(s);
}

/* Other processes share the description behind our stdout: it must not become non-blocking. Pipes
 * and terminals are opened once more. */
static void sink_open_output(Attach *a, Sink *s, int fd, const char *name)
{
	char path[32];
	struct stat st;

	*s = (Sink){ .attach = a, .name = name, .fd = fd };
	if (fstat(fd, &st) < 0) {
		s->fd = -1;
		return;
	}
	s->is_socket = S_ISSOCK(st.st_mode);
	if (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode)) {
		(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		s->fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
		s->ours = s->fd >= 0;
		if (!s->ours)
			s->fd = fd;
	}
	s->source = loop_add_fd(a->loop, s->fd, 0, on_writable, s);
}

/* ---- input ---- */

/* Copies typed bytes; the detach keys are ours. */
static void typed(Attach *a, const char *buf, size_t n)
{
	cleanup_strbuf Strbuf out = STRBUF_INIT;
	bool detach = detach_keys_typed(&a->keys, buf, n, &out);

	if (out.len)
		sink_write(&a->input, out.data, out.len);
	if (!detach)
		return;
	a->detached = true;
	finish(a, 0);
}

static void on_stdin(int fd, uint32_t events, void *userdata)
{
	static char buf[INPUT_CHUNK];
	Attach *a = userdata;
	ssize_t n = read(fd, buf, sizeof(buf));

	(void)events;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		a->stdin_eof = true;
		update_sources(a);
	} else if (a->raw) {
		typed(a, buf, (size_t)n);
	} else {
		sink_write(&a->input, buf, (size_t)n);
	}
}

/* ---- output ---- */

static void on_started(Attach *a, const char *body, size_t n, int input)
{
	MonitorStarted started = { 0 };

	(void)monitor_decode(body, n, -1, &monitor_started_type, &started, NULL);
	a->tty = started.tty;
	json_clear(&monitor_started_type, &started);
	/* The guest may have rebooted: this is another command, with an input of its own. */
	a->stdin_source = loop_source_free(a->stdin_source);
	sink_close(&a->input);
	a->input = (Sink){ .attach = a, .name = "the container's input", .fd = -1 };
	if (input < 0)
		return;
	if (!a->options->stdin_open) {
		(void)fd_close(input);
		return;
	}
	a->input.fd = input;
	a->input.ours = true;
	a->input.source = loop_add_fd(a->loop, input, 0, on_writable, &a->input);
	a->stdin_source = loop_add_fd(a->loop, STDIN_FILENO, EPOLLIN, on_stdin, a);
	/* A closed stdin is an empty one. */
	a->stdin_eof = a->stdin_eof || !a->stdin_source;
	update_sources(a);
}

static void on_failed(Attach *a, const char *body, size_t n)
{
	MonitorFailure f = { 0 };

	if (monitor_decode(body, n, -1, &monitor_failure_type, &f, &a->error) >= 0)
		(void)error_set(&a->error, f.errnum > 0 ? (int)f.errnum : EIO, "%s", f.message);
	json_clear(&monitor_failure_type, &f);
	finish(a, -a->error->errnum);
}

static void on_message(int fd, uint32_t events, void *userdata)
{
	static char buf[MONITOR_MAX_MESSAGE];
	Attach *a = userdata;
	int32_t status;
	size_t n = 0;
	int input, kind = monitor_receive(fd, buf, &n, &input, MSG_DONTWAIT);

	(void)events;
	if (kind == -EAGAIN)
		return;
	if (kind == MSG_OUT || kind == MSG_ERR) {
		if (!(kind == MSG_OUT ? a->options->no_stdout : a->options->no_stderr))
			sink_write(kind == MSG_OUT ? &a->out : &a->err, buf + 1, n);
	} else if (kind == MSG_STARTED) {
		on_started(a, buf + 1, n, input);
		send_size(a);
		return;
	} else if (kind == MSG_EXIT && n == sizeof(status)) {
		memcpy(&status, buf + 1, sizeof(status));
		finish(a, status);
	} else if (kind == MSG_FAILED) {
		on_failed(a, buf + 1, n);
	} else {
		fail(a, kind < 0 ? -kind : ECONNRESET, "the container's monitor is gone");
	}
	(void)fd_close(input);
}

/* ---- signals ---- */

static void on_resize(const struct signalfd_siginfo *si, void *userdata)
{
	(void)si;
	send_size(userdata);
}

static void on_forward(const struct signalfd_siginfo *si, void *userdata)
{
	Attach *a = userdata;
	int32_t sig = (int32_t)si->ssi_signo;

	(void)monitor_send(a->sock, MSG_SIGNAL, &sig, sizeof(sig), -1, MSG_DONTWAIT);
}

static void raise_default(int sig)
{
	struct sigaction by_default = { .sa_handler = SIG_DFL }, before;
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, sig);
	(void)sigaction(sig, &by_default, &before);
	(void)raise(sig);
	(void)sigprocmask(SIG_UNBLOCK, &set, NULL);
	/* Only a stop comes back. */
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)sigaction(sig, &before, NULL);
}

static void on_own(const struct signalfd_siginfo *si, void *userdata)
{
	Attach *a = userdata;

	terminal_restore(a);
	raise_default((int)si->ssi_signo);
	terminal_raw(a);
	send_size(a);
}

/* Docker forwards all but SIGCHLD and SIGPIPE; the kernel's reports of our own faults stay ours,
 * and so do the ones that keep a background job off the terminal. */
static void watch_signals(Attach *a)
{
	static const int forwarded[] = { SIGHUP,  SIGINT,  SIGQUIT, SIGUSR1, SIGUSR2,
					 SIGALRM, SIGTERM, SIGCONT, SIGTSTP, SIGVTALRM,
					 SIGPROF, SIGIO,   SIGPWR };
	static const int own[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP };

	(void)loop_add_signal(a->loop, SIGWINCH, on_resize, a);
	if (a->options->sig_proxy)
		for (size_t i = 0; i < sizeof(forwarded) / sizeof(forwarded[0]); i++)
			(void)loop_add_signal(a->loop, forwarded[i], on_forward, a);
	else
		for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
			(void)loop_add_signal(a->loop, own[i], on_own, a);
}

int client_attach(int client, const ClientOptions *o, Error **err)
{
	Attach a = { .options = o, .sock = client, .input = { .fd = -1 }, .status = -EIO };
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
	sigset_t mask;

	if (detach_keys_parse(o->detach_keys, &a.keys, err) < 0)
		return -EINVAL;
	(void)sigprocmask(SIG_SETMASK, NULL, &mask);
	(void)sigaction(SIGPIPE, &ignore, &before);
	a.loop = loop_new();
	watch_signals(&a);
	sink_open_output(&a, &a.out, STDOUT_FILENO, "write /dev/stdout");
	sink_open_output(&a, &a.err, STDERR_FILENO, "write /dev/stderr");
	a.input.attach = &a;
	terminal_raw(&a);
	a.sock_source = loop_add_fd(a.loop, client, EPOLLIN, on_message, &a);
	if (a.sock_source)
		(void)loop_run(a.loop);
	else
		fail(&a, errno, "watch the container's monitor");
	terminal_restore(&a);
	sink_close(&a.out);
	sink_close(&a.err);
	sink_close(&a.input);
	loop_free(a.loop);
	(void)sigaction(SIGPIPE, &before, NULL);
	(void)sigprocmask(SIG_SETMASK, &mask, NULL);
	if (o->ret_detached)
		*o->ret_detached = a.detached;
	return a.error ? error_propagate(err, a.error) : a.status;
}

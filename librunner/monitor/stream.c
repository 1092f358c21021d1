#include <fcntl.h>
#include <unistd.h>

#include "libcommon/fs.h"
#include "librunner/monitor/session.h"

/* Larger than the kernel's default of 64 KiB: fewer turns between the command and us. */
#define PIPE_SIZE (256 << 10)

/* What a session has read last; there is one thread. */
static char chunk[MONITOR_MAX_BODY];

/* Makes a pipe whose end of ours (0: the reading one, 1: the writing one) is non-blocking. */
static int pipe_open(int ours, int *ret_ours, int *ret_theirs)
{
	int fds[2], r;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	r = fd_set_nonblock(fds[ours], true);
	if (r < 0) {
		(void)fd_close(fds[0]);
		(void)fd_close(fds[1]);
		return r;
	}
	/* Refused when the user has too many pipes: then it stays as it is. */
	(void)fcntl(fds[0], F_SETPIPE_SZ, PIPE_SIZE);
	*ret_ours = fds[ours];
	*ret_theirs = fds[!ours];
	return 0;
}

static int open_input(Session *s)
{
	if (s->open_stdin)
		return pipe_open(1, &s->input, &s->payload[0]);
	s->payload[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return s->payload[0] < 0 ? -errno : 0;
}

int session_open_pipes(Session *s, Error **err)
{
	int out = -1, errors = -1, r = open_input(s);

	if (r >= 0)
		r = pipe_open(0, &out, &s->payload[1]);
	if (r < 0)
		return error_errno(err, -r, "make a pipe");
	r = stream_open(&s->out, s, out, MSG_OUT, err);
	if (r < 0)
		return r;
	r = pipe_open(0, &errors, &s->payload[2]);
	if (r < 0)
		return error_errno(err, -r, "make a pipe");
	return stream_open(&s->err, s, errors, MSG_ERR, err);
}

void stream_close(Stream *st)
{
	st->source = loop_source_free(st->source);
	st->fd = fd_close(st->fd);
	if (st->session->monitor->log && st->session == st->session->monitor->run->main)
		log_writer_flush(st->session->monitor->log,
				 st->kind == MSG_ERR ? LOG_STDERR : LOG_STDOUT);
}

/* Reads one chunk and hands it on. 1: there may be more; 0: nothing now, or the end. */
static int stream_read(Stream *st)
{
	Session *s = st->session;
	ssize_t n = read(st->fd, chunk, sizeof(chunk));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	/* A terminal says EIO when nobody has it open any more. */
	if (n <= 0) {
		stream_close(st);
		return 0;
	}
	if (s->monitor->log && s == s->monitor->run->main)
		log_writer_add(s->monitor->log, st->kind == MSG_ERR ? LOG_STDERR : LOG_STDOUT,
			       chunk, (size_t)n);
	if (s->capture && s->capture->len < s->capture_max)
		strbuf_add(s->capture, chunk,
			   (size_t)n < s->capture_max - s->capture->len
				   ? (size_t)n
				   : s->capture_max - s->capture->len);
	session_send(s, st->kind, chunk, (size_t)n);
	return 1;
}

static void on_readable(int fd, uint32_t events, void *userdata)
{
	Stream *st = userdata;
	Session *s = st->session;

	(void)fd;
	(void)events;
	/* Output tells that the command runs before racker-init's socket was looked at; clients
	 * hear of the start first. */
	if (!s->started && !s->trouble_code && s->init_fd >= 0 && session_settle(s) < 0)
		return;
	if (stream_read(st))
		session_throttle(s);
	else if (s->ended && session_streams_done(s))
		session_ended(s, s->exit_code);
}

int stream_open(Stream *st, Session *s, int fd, MonitorMessage kind, Error **err)
{
	st->session = s;
	st->fd = fd;
	st->kind = kind;
	/* Read from when the command runs: clients hear of that first. */
	st->source = loop_add_fd(s->monitor->loop, fd, 0, on_readable, st);
	return st->source ? 0 : error_errno(err, errno, "watch a stream");
}

bool session_streams_done(const Session *s)
{
	return s->out.fd < 0 && s->err.fd < 0;
}

void session_throttle(Session *s)
{
	bool slow = !s->started;

	for (Client *c = s->monitor->clients; c; c = c->next)
		slow = slow || (c->session == s && client_is_slow(c));
	if (s->out.source)
		loop_source_set_events(s->out.source, slow ? 0 : EPOLLIN);
	if (s->err.source)
		loop_source_set_events(s->err.source, slow ? 0 : EPOLLIN);
}

void session_drain(Session *s)
{
	while (s->out.fd >= 0 && stream_read(&s->out))
		;
	while (s->err.fd >= 0 && stream_read(&s->err))
		;
	if (s->out.fd >= 0)
		stream_close(&s->out);
	if (s->err.fd >= 0)
		stream_close(&s->err);
}

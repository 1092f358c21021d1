#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "librunner/monitor/session.h"

/* More fits in flight between a command and a client that is busy for a moment. */
#define SEND_BUFFER (1 << 20)
/* A client that attached later and does not read holds up the command and everybody else only so
 * long; the one that started the container, like Docker's, as long as it likes. */
#define PATIENCE_USEC 30000000

/* ---- life ---- */

/* Clients are freed from here, never while somebody walks through the list. */
static void on_reap(void *userdata)
{
	Monitor *m = userdata;

	m->reaper = loop_source_free(m->reaper);
	for (Client **p = &m->clients; *p;) {
		Client *c = *p;

		if (c->fd >= 0) {
			p = &c->next;
			continue;
		}
		*p = c->next;
		strbuf_clear(&c->queue);
		free(c);
	}
	monitor_try_exit(m);
}

static void client_drop(Client *c)
{
	Session *s = c->session;
	Monitor *m = c->monitor;

	c->source = loop_source_free(c->source);
	c->patience = loop_source_free(c->patience);
	c->fd = fd_close(c->fd);
	c->session = NULL;
	strbuf_clear(&c->queue);
	if (s)
		session_throttle(s);
	if (!m->reaper)
		m->reaper = loop_add_defer(m->loop, on_reap, m);
}

/* ---- sending ---- */

bool client_is_slow(const Client *c)
{
	return c->queue.len > 0;
}

static void on_impatient(void *userdata)
{
	log_message(LOG_LEVEL_WARN, "a client that does not read was disconnected");
	client_drop(userdata);
}

/* Keeps a message until the socket takes it. */
static void client_enqueue(Client *c, MonitorMessage kind, const void *body, size_t n)
{
	uint32_t size = (uint32_t)n;
	char k = (char)kind;

	strbuf_add(&c->queue, &size, sizeof(size));
	strbuf_add(&c->queue, &k, 1);
	strbuf_add(&c->queue, body, n);
	loop_source_set_events(c->source, EPOLLIN | EPOLLOUT);
	if (!c->first && !c->patience)
		c->patience = loop_add_timer(c->monitor->loop, PATIENCE_USEC, on_impatient, c);
}

void client_send(Client *c, MonitorMessage kind, const void *body, size_t n)
{
	int r;

	if (c->fd < 0 || c->closing)
		return;
	if (client_is_slow(c)) {
		client_enqueue(c, kind, body, n);
		return;
	}
	r = monitor_send(c->fd, kind, body, n, -1, MSG_DONTWAIT);
	if (r == -EAGAIN || r == -ENOBUFS)
		client_enqueue(c, kind, body, n);
	else if (r < 0)
		client_drop(c);
}

static void client_flush(Client *c)
{
	size_t done = 0;

	while (done < c->queue.len) {
		const char *p = c->queue.data + done;
		uint32_t size;
		int r;

		memcpy(&size, p, sizeof(size));
		p += sizeof(size);
		r = monitor_send(c->fd, (MonitorMessage)*p, p + 1, size, -1, MSG_DONTWAIT);
		if (r == -EAGAIN || r == -ENOBUFS)
			break;
		if (r < 0) {
			client_drop(c);
			return;
		}
		done += sizeof(size) + 1 + size;
	}
	strbuf_consume(&c->queue, done);
	if (client_is_slow(c)) {
		if (c->patience && done)
			loop_source_rearm(c->patience, PATIENCE_USEC);
		return;
	}
	strbuf_clear(&c->queue);
	c->patience = loop_source_free(c->patience);
	if (c->closing) {
		client_drop(c);
		return;
	}
	loop_source_set_events(c->source, EPOLLIN);
	if (c->session)
		session_throttle(c->session);
}

static void client_close_when_sent(Client *c)
{
	if (c->fd < 0)
		return;
	c->closing = true;
	if (!client_is_slow(c))
		client_drop(c);
}

void client_fail(Client *c, int errnum, const char *text)
{
	MonitorFailure f = { .errnum = errnum, .message = (char *)(uintptr_t)text };
	cleanup_json json_t *json = json_encode(&monitor_failure_type, &f);
	cleanup_free char *body = json_text(json);
	size_t n = strlen(body);

	if (n > MONITOR_MAX_BODY) {
		client_fail(c, errnum, "failed, with a message that is too long to be shown");
		return;
	}
	client_send(c, MSG_FAILED, body, n);
	client_close_when_sent(c);
}

void client_exit(Client *c, int code)
{
	int32_t status = code;

	client_send(c, MSG_EXIT, &status, sizeof(status));
	c->session = NULL;
	client_close_when_sent(c);
}

void client_started(Client *c)
{
	Session *s = c->session;
	MonitorStarted answer = { .tty = s && s->tty };
	int input = s && c->stdin_open ? s->input : -1;
	int r;

	for (Session *e = c->wants_execs ? c->monitor->run->sessions : NULL; e; e = e->next)
		if (e->exec_id && !e->ended)
			strv_add(&answer.execs, e->exec_id);
	r = c->fd < 0 ? -EPIPE
		      : monitor_send_json(c->fd, MSG_STARTED, &monitor_started_type, &answer, input,
					  MSG_DONTWAIT);
	strv_free(answer.execs);
	if (r < 0) {
		client_drop(c);
		return;
	}
	c->answered = true;
	if (input >= 0) {
		s->handed_input = true;
		if (s->stdin_once && !s->tty && s->started)
			s->input = fd_close(s->input);
	}
	if (!c->streams && !c->waits_end)
		client_close_when_sent(c);
}

void session_send(Session *s, MonitorMessage kind, const void *body, size_t n)
{
	for (Client *c = s->monitor->clients; c; c = c->next)
		if (c->session == s && c->streams && c->answered)
			client_send(c, kind, body, n);
}

/* ---- receiving ---- */

static void on_request(Client *c, const char *body, size_t n, int fd)
{
	MonitorRequest r = { .timeout = -1 };
	cleanup_error Error *e = NULL;

	c->asked = true;
	if (monitor_decode(body, n, fd, &monitor_request_type, &r, &e) < 0)
		client_fail(c, e->errnum, e->msg);
	else if (r.version != MONITOR_PROTOCOL)
		client_fail(c, EPROTONOSUPPORT,
			    "this container was started by another version of racker: stop it with "
			    "that one");
	else
		client_request(c, &r);
	json_clear(&monitor_request_type, &r);
}

static void on_message(Client *c, int kind, const char *body, size_t n, int file)
{
	Session *s = c->session;

	if (!c->asked) {
		if (kind == MSG_REQUEST)
			on_request(c, body, n, file);
		else
			client_drop(c);
	} else if (kind == MSG_RESIZE && n == sizeof(MonitorSize)) {
		MonitorSize size;

		memcpy(&size, body, sizeof(size));
		if (s)
			session_resize(s, size.rows, size.columns);
	} else if (kind == MSG_SIGNAL && n == sizeof(int32_t)) {
		int32_t sig;

		memcpy(&sig, body, sizeof(sig));
		if (s && s != c->monitor->run->main)
			(void)session_signal(s, sig);
		else if (c->streams)
			(void)monitor_signal(c->monitor, sig);
	}
}

static void on_client(int fd, uint32_t events, void *userdata)
{
	static char message[MONITOR_MAX_MESSAGE];
	cleanup_fd int file = -1;
	Client *c = userdata;
	size_t n;
	int r;

	if (events & EPOLLOUT)
		client_flush(c);
	if (c->fd < 0 || !(events & ~(uint32_t)EPOLLOUT))
		return;
	r = monitor_receive(fd, message, &n, &file, MSG_DONTWAIT);
	if (r == -EAGAIN)
		return;
	if (r <= 0)
		client_drop(c);
	else
		on_message(c, r, message + 1, n, file);
}

Client *client_new(Monitor *m, int fd)
{
	Client *c = xnew0(Client, 1);
	int size = SEND_BUFFER;

	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	c->monitor = m;
	c->fd = fd;
	c->next = m->clients;
	m->clients = c;
	c->source = loop_add_fd(m->loop, fd, EPOLLIN, on_client, c);
	if (!c->source)
		client_drop(c);
	return c;
}

static void on_connection(int listener, uint32_t events, void *userdata)
{
	int fd;

	(void)events;
	while ((fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0)
		(void)client_new(userdata, fd);
}

int client_listen(Monitor *m, Error **err)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int n = snprintf(sa.sun_path, sizeof(sa.sun_path), "%s/" MONITOR_SOCKET, m->rundir);

	if (n < 0 || (size_t)n >= sizeof(sa.sun_path))
		return error_set(err, ENAMETOOLONG, "the path of %s/" MONITOR_SOCKET " is too long",
				 m->rundir);
	(void)unlink(sa.sun_path);
	m->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* The directory is for root alone, whatever the umask. */
	if (m->listener < 0 || bind(m->listener, (struct sockaddr *)&sa, sizeof(sa)) < 0 ||
	    listen(m->listener, 64) < 0)
		return error_errno(err, errno, "listen on %s", sa.sun_path);
	return loop_add_fd(m->loop, m->listener, EPOLLIN, on_connection, m)
		       ? 0
		       : error_errno(err, errno, "watch %s", sa.sun_path);
}

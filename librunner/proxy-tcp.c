/* proxy-tcp: connections, moved by splice(2) through pipes that are shared by whoever has data to
 * move right now. */
#include <fcntl.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "librunner/proxy-internal.h"

#define CHUNK (64 << 10)
/* What one connection may do before others have their turn. */
#define ROUNDS 8
#define ACCEPTS 16
/* Without descriptors for one more connection, all listeners rest. */
#define REST_USEC 100000
/* Attempts to connect: some seven seconds. */
#define SYN_COUNT 2

/* One direction. */
typedef struct Half {
	int pipe[2]; /* -1: nothing is on its way */
	size_t queued;
	bool eof, shut;
} Half;

struct Connection {
	Proxy *proxy;
	Connection *next, **link;
	int client, server;
	LoopSource *client_source, *server_source;
	Half up, down; /* to the container, from it */
	bool connecting;
};

/* ---- pipes ---- */

static int pipe_take(Proxy *p, int fds[2])
{
	if (fds[0] >= 0)
		return 0;
	if (p->n_spare) {
		p->n_spare--;
		fds[0] = p->spare[p->n_spare][0];
		fds[1] = p->spare[p->n_spare][1];
		return 0;
	}
	return pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0 ? -errno : 0;
}

/* An empty one is kept for the next. */
static void pipe_give(Proxy *p, Half *h)
{
	if (h->pipe[0] < 0)
		return;
	if (!h->queued && p->n_spare < PROXY_SPARE_PIPES) {
		p->spare[p->n_spare][0] = h->pipe[0];
		p->spare[p->n_spare][1] = h->pipe[1];
		p->n_spare++;
	} else {
		(void)fd_close(h->pipe[0]);
		(void)fd_close(h->pipe[1]);
	}
	h->pipe[0] = h->pipe[1] = -1;
}

/* ---- the end ---- */

static void on_resume(void *userdata)
{
	Proxy *p = userdata;

	p->resume = loop_source_free(p->resume);
	for (Listener *l = p->listeners; l; l = l->next)
		if (!l->datagrams)
			loop_source_set_events(l->source, EPOLLIN);
}

/* A time without new connections; they wait in the sockets' queues. */
static void rest(Proxy *p)
{
	if (p->resume)
		return;
	p->resume = loop_add_timer(p->loop, REST_USEC, on_resume, p);
	for (Listener *l = p->listeners; l && p->resume; l = l->next)
		if (!l->datagrams)
			loop_source_set_events(l->source, 0);
}

/* What did not end in order is reset, so that the other side hears of it. */
static void connection_free(Connection *c, bool reset)
{
	struct linger now = { .l_onoff = 1 };

	*c->link = c->next;
	if (c->next)
		c->next->link = c->link;
	c->proxy->n_connections--;
	loop_source_free(c->client_source);
	loop_source_free(c->server_source);
	if (reset) {
		(void)setsockopt(c->client, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
		(void)setsockopt(c->server, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	}
	pipe_give(c->proxy, &c->up);
	pipe_give(c->proxy, &c->down);
	(void)fd_close(c->client);
	(void)fd_close(c->server);
	free(c);
}

void proxy_connections_free(Proxy *p)
{
	while (p->connections)
		connection_free(p->connections, true);
	while (p->n_spare) {
		p->n_spare--;
		(void)fd_close(p->spare[p->n_spare][0]);
		(void)fd_close(p->spare[p->n_spare][1]);
	}
}

/* ---- moving data ---- */

/* 1: moved something or learnt of the end, 0: nothing there, -errno. */
static int half_read(Proxy *p, Half *h, int from)
{
	ssize_t n;
	int r;

	if (h->queued || h->eof)
		return 1;
	r = pipe_take(p, h->pipe);
	if (r < 0)
		return r;
	n = splice(from, NULL, h->pipe[1], NULL, CHUNK, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	h->queued = (size_t)n;
	h->eof = n == 0;
	return 1;
}

static int half_write(Half *h, int to)
{
	ssize_t n;

	if (h->queued) {
		n = splice(h->pipe[0], NULL, to, NULL, h->queued,
			   SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : -errno;
		h->queued -= (size_t)n;
	}
	if (h->eof && !h->queued && !h->shut) {
		(void)shutdown(to, SHUT_WR);
		h->shut = true;
	}
	return h->queued ? 0 : 1;
}

static int half_move(Proxy *p, Half *h, int from, int to)
{
	int r = 1;

	for (unsigned i = 0; i < ROUNDS && r > 0 && !h->shut; i++) {
		r = half_read(p, h, from);
		if (r > 0)
			r = half_write(h, to);
	}
	if (!h->queued)
		pipe_give(p, h);
	return r;
}

static uint32_t events_of(const Half *from, const Half *to)
{
	return (from->eof || from->queued ? 0 : EPOLLIN) | (to->queued ? EPOLLOUT : 0);
}

static int finish_connect(Connection *c)
{
	int error = 0;
	socklen_t n = sizeof(error);

	if (getsockopt(c->server, SOL_SOCKET, SO_ERROR, &error, &n) < 0)
		error = errno;
	c->connecting = false;
	return -error;
}

static void step(Connection *c)
{
	int r = c->connecting ? finish_connect(c) : 0;

	if (r >= 0)
		r = half_move(c->proxy, &c->up, c->client, c->server);
	if (r >= 0)
		r = half_move(c->proxy, &c->down, c->server, c->client);
	if (r < 0 || (c->up.shut && c->down.shut)) {
		connection_free(c, r < 0);
		return;
	}
	loop_source_set_events(c->client_source, events_of(&c->up, &c->down));
	loop_source_set_events(c->server_source, events_of(&c->down, &c->up));
}

static void on_event(int fd, uint32_t events, void *userdata)
{
	(void)fd;
	(void)events;
	step(userdata);
}

/* ---- the begin ---- */

static int connect_server(const Listener *l)
{
	Address target;
	socklen_t n;
	int on = 1, count = SYN_COUNT;
	cleanup_fd int fd = -1;

	if (!proxy_target(l, &target, &n))
		return -ECONNREFUSED;
	fd = socket(target.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_SYNCNT, &count, sizeof(count));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	if (connect(fd, &target.any, n) < 0 && errno != EINPROGRESS)
		return -errno;
	return steal_fd(&fd);
}

static void refuse(int client)
{
	struct linger now = { .l_onoff = 1 };

	(void)setsockopt(client, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	(void)fd_close(client);
}

/* Takes ownership of the descriptor. */
static void connection_new(Listener *l, int client)
{
	Proxy *p = l->proxy;
	int server = connect_server(l), on = 1;
	Connection *c;

	if (server < 0) {
		refuse(client);
		return;
	}
	(void)setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	(void)setsockopt(client, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	c = xnew0(Connection, 1);
	c->proxy = p;
	c->client = client;
	c->server = server;
	c->connecting = true;
	c->up.pipe[0] = c->up.pipe[1] = c->down.pipe[0] = c->down.pipe[1] = -1;
	c->next = p->connections;
	c->link = &p->connections;
	if (c->next)
		c->next->link = &c->next;
	p->connections = c;
	p->n_connections++;
	c->client_source = loop_add_fd(p->loop, client, 0, on_event, c);
	c->server_source = loop_add_fd(p->loop, server, EPOLLOUT, on_event, c);
	if (!c->client_source || !c->server_source)
		connection_free(c, true);
}

void proxy_accept(int fd, uint32_t events, void *listener)
{
	Listener *l = listener;

	(void)events;
	for (unsigned i = 0; i < ACCEPTS; i++) {
		int client;

		if (l->proxy->n_connections >= PROXY_CONNECTIONS_MAX) {
			rest(l->proxy);
			return;
		}
		client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (client >= 0) {
			connection_new(l, client);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
			rest(l->proxy);
		if (errno != ECONNABORTED && errno != EINTR)
			return;
	}
}

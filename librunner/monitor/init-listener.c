/* racker-init's connections, from inside the guest: whoever knows a session's token is its own. */
#include <sys/socket.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "librunner/init/protocol.h"
#include "librunner/monitor/session.h"

/* Connections that have not said hello. Any process of the guest can connect: no more than this. */
#define PENDING_MAX 32

struct PendingInit {
	Monitor *monitor;
	PendingInit *next;
	int fd;
	LoopSource *source;
};

void pending_free(PendingInit *p)
{
	for (PendingInit **q = &p->monitor->run->pending; *q; q = &(*q)->next)
		if (*q == p) {
			*q = p->next;
			break;
		}
	loop_source_free(p->source);
	(void)fd_close(p->fd);
	free(p);
}

/* The session that the waiting hello is for, without taking the message. */
static Session *session_of_hello(Monitor *m, int fd)
{
	char hello[INIT_MAX_MESSAGE];
	ssize_t n = recv(fd, hello, sizeof(hello) - 1, MSG_PEEK | MSG_DONTWAIT);
	const char *token;

	if (n <= 0)
		return NULL;
	hello[n] = '\0';
	token = startswith(hello, INIT_HELLO);
	for (Session *s = m->run->sessions; token && s; s = s->next)
		if (s->init_fd < 0 && !s->greeted && streq(s->token, token))
			return s;
	return NULL;
}

static void on_hello(int fd, uint32_t events, void *userdata)
{
	PendingInit *p = userdata;
	Session *s = session_of_hello(p->monitor, fd);

	(void)events;
	if (s && init_hello(fd, s->token) == 1) {
		p->fd = -1;
		pending_free(p);
		session_claim(s, fd);
		return;
	}
	pending_free(p);
}

static void on_connection(int listener, uint32_t events, void *userdata)
{
	Monitor *m = userdata;
	PendingInit *p;
	unsigned n = 0;
	int fd;

	(void)events;
	for (p = m->run->pending; p; p = p->next)
		n++;
	while ((fd = init_accept(listener)) >= 0) {
		if (n++ >= PENDING_MAX) {
			(void)fd_close(fd);
			continue;
		}
		p = xnew0(PendingInit, 1);
		p->monitor = m;
		p->fd = fd;
		p->next = m->run->pending;
		m->run->pending = p;
		p->source = loop_add_fd(m->loop, fd, EPOLLIN, on_hello, p);
		if (!p->source)
			pending_free(p);
	}
}

int session_listen(Monitor *m, Error **err)
{
	m->run->init_source =
		loop_add_fd(m->loop, m->run->init_listener, EPOLLIN, on_connection, m);
	return m->run->init_source ? 0 : error_errno(err, errno, "watch init.sock");
}

/*
 * server: a small HTTP server on loopback for unit tests. It answers each request by a function of
 * the test, closes the connection, and remembers what it was sent.
 */
#pragma once

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "libcommon/fs.h"

typedef struct Server Server;
struct Server {
	/* The whole answer to a request; freed by the server. */
	char *(*answer)(const Server *s, const char *request);
	int other; /* whatever the test wants to know in `answer` */
	int port;
	Strbuf seen; /* all requests; complete once the answer has come */
	int fd;
	pthread_t thread;
};

/* Whether all of a request is there: its head, and the body that it announces. */
static bool server_request_whole(const char *request)
{
	const char *end = request ? strstr(request, "\r\n\r\n") : NULL;
	const char *length = request ? strstr(request, "Content-Length: ") : NULL;

	return end &&
	       (!length || length > end || strlen(end + 4) >= strtoul(length + 16, NULL, 10));
}

static void server_serve_one(Server *s, int fd)
{
	cleanup_strbuf Strbuf request = STRBUF_INIT;
	char *answer;

	while (!server_request_whole(request.data)) {
		ssize_t n = read(fd, strbuf_reserve(&request, 4096), 4096);

		if (n <= 0)
			return;
		request.len += (size_t)n;
		request.data[request.len] = '\0';
	}
	strbuf_adds(&s->seen, request.data);
	answer = s->answer(s, request.data);
	(void)fd_write_all(fd, answer, strlen(answer));
	free(answer);
}

static void *server_serve(void *userdata)
{
	Server *s = userdata;

	for (;;) {
		cleanup_fd int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC);

		if (fd < 0)
			return NULL;
		server_serve_one(s, fd);
	}
}

static void server_listen(Server *s)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);

	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s->fd < 0 || bind(s->fd, (struct sockaddr *)&a, n) < 0 || listen(s->fd, 8) < 0 ||
	    getsockname(s->fd, (struct sockaddr *)&a, &n) < 0)
		abort();
	s->port = ntohs(a.sin_port);
}

static void server_start(Server *s)
{
	if (pthread_create(&s->thread, NULL, server_serve, s) != 0)
		abort();
}

static void server_stop(Server *s)
{
	(void)shutdown(s->fd, SHUT_RDWR);
	(void)pthread_join(s->thread, NULL);
	(void)close(s->fd);
	strbuf_clear(&s->seen);
}

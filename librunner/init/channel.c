#include "librunner/init/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "librunner/init/protocol.h"
#include "librunner/init/text.h"

static int channel = -1;

static int connect_to(const char *where)
{
	const char *number = after(where, "fd:");
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	uint64_t fd;

	if (number) {
		if (!parse_number(number, 65535, &fd))
			return -1;
		(void)fcntl((int)fd, F_SETFD, FD_CLOEXEC);
		return (int)fd;
	}
	if (strlen(where) >= sizeof(sa.sun_path))
		return -1;
	memcpy(sa.sun_path, where, strlen(where));
	channel = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (channel < 0 || connect(channel, (struct sockaddr *)&sa, sizeof(sa)) < 0)
		return -1;
	return channel;
}

static size_t take_fds(struct msghdr *msg, int *fds)
{
	size_t n = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
			n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
			memcpy(fds, CMSG_DATA(c), n * sizeof(int));
		}
	return n;
}

/* A message that begins with `word`, and its descriptors; `fds` has room for INIT_MAX_MOUNTS. */
static bool receive_fds(const char *word, int *fds, size_t *ret_n)
{
	char text[16];
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(INIT_MAX_MOUNTS * sizeof(int))];
	} control;
	struct iovec iov = { text, sizeof(text) };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.buf,
		.msg_controllen = sizeof(control.buf),
	};
	size_t want = strlen(word);
	ssize_t k;

	do
		k = recvmsg(channel, &msg, MSG_CMSG_CLOEXEC);
	while (k < 0 && errno == EINTR);
	if (k < (ssize_t)want || memcmp(text, word, want) != 0 || (msg.msg_flags & MSG_CTRUNC))
		return false;
	*ret_n = take_fds(&msg, fds);
	return true;
}

static bool receive_go(Go *ret)
{
	int fds[INIT_MAX_MOUNTS] = { -1, -1, -1, -1, -1 };
	size_t n;

	if (!receive_fds(INIT_GO, fds, &n) || n < 4)
		return false;
	*ret = (Go){ { fds[0], fds[1], fds[2] }, fds[3], n > 4 ? fds[4] : -1 };
	return true;
}

void channel_receive_mounts(int *fds, size_t n)
{
	size_t got = 0;

	if (n > INIT_MAX_MOUNTS || !receive_fds(INIT_MOUNTS, fds, &got) || got != n)
		fail(125, "the mounts did not come", NULL);
}

void channel_open(const char *where, const char *token, Go *ret)
{
	Text hello = { .n = 0 };

	channel = connect_to(where);
	if (channel < 0)
		_exit(125);
	text_join(&hello, INIT_HELLO, token, NULL);
	if (send(channel, hello.s, hello.n, MSG_NOSIGNAL) < 0 || !receive_go(ret))
		_exit(125);
}

void channel_close(void)
{
	(void)close(channel);
	channel = -1;
}

void close_from(unsigned first)
{
	if (syscall(__NR_close_range, first, ~0U, 0) == 0)
		return;
	for (int fd = (int)first; fd < 65536; fd++)
		(void)close(fd);
}

static _Noreturn void report(int code, const char *reason)
{
	Text message = { .n = 0 };

	text_add(&message, INIT_ERROR);
	text_add_number(&message, (uint64_t)code);
	text_join(&message, " ", reason, NULL);
	(void)send(channel, message.s, message.n, MSG_NOSIGNAL);
	_exit(code);
}

void fail(int code, const char *first, ...)
{
	Text reason = { .n = 0 };
	va_list ap;

	va_start(ap, first);
	text_vjoin(&reason, first, ap);
	va_end(ap);
	report(code, reason.s);
}

void fail_errno(int code, const char *first, ...)
{
	int errnum = errno;
	Text reason = { .n = 0 };
	va_list ap;

	va_start(ap, first);
	text_vjoin(&reason, first, ap);
	va_end(ap);
	text_join(&reason, ": ", errno_text(errnum), NULL);
	report(code, reason.s);
}

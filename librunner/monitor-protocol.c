#include "librunner/monitor-protocol.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"

/* clang-format off */
static const JsonField monitor_request_fields[] = {
	JSON_INT(MonitorRequest, "version", version, JSON_REQUIRED),
	JSON_STRING(MonitorRequest, "op", op, JSON_REQUIRED),
	JSON_BOOL(MonitorRequest, "streams", streams, JSON_OMIT_EMPTY),
	JSON_BOOL(MonitorRequest, "stdin", stdin_open, JSON_OMIT_EMPTY),
	JSON_INT(MonitorRequest, "rows", rows, JSON_OMIT_EMPTY),
	JSON_INT(MonitorRequest, "columns", columns, JSON_OMIT_EMPTY),
	JSON_STRV(MonitorRequest, "argv", argv, JSON_OMIT_EMPTY),
	JSON_STRV(MonitorRequest, "env", env, JSON_OMIT_EMPTY),
	JSON_STRING(MonitorRequest, "user", user, JSON_OMIT_EMPTY),
	JSON_STRING(MonitorRequest, "cwd", working_dir, JSON_OMIT_EMPTY),
	JSON_BOOL(MonitorRequest, "tty", tty, JSON_OMIT_EMPTY),
	JSON_BOOL(MonitorRequest, "privileged", privileged, JSON_OMIT_EMPTY),
	JSON_INT(MonitorRequest, "timeout", timeout, 0),
	JSON_STRING(MonitorRequest, "signal", signal, JSON_OMIT_EMPTY),
	JSON_END,
};
const JsonType monitor_request_type = { "request", sizeof(MonitorRequest), monitor_request_fields };

static const JsonField monitor_started_fields[] = {
	JSON_BOOL(MonitorStarted, "tty", tty, 0),
	JSON_STRV(MonitorStarted, "execs", execs, JSON_OMIT_EMPTY),
	JSON_END,
};
const JsonType monitor_started_type = { "answer", sizeof(MonitorStarted), monitor_started_fields };

static const JsonField monitor_failure_fields[] = {
	JSON_INT(MonitorFailure, "errnum", errnum, JSON_REQUIRED),
	JSON_STRING(MonitorFailure, "message", message, JSON_REQUIRED),
	JSON_END,
};
const JsonType monitor_failure_type = { "failure", sizeof(MonitorFailure), monitor_failure_fields };
/* clang-format on */

/* Room for one descriptor, aligned as the kernel wants it. */
typedef union FdMessage {
	struct cmsghdr header;
	char space[CMSG_SPACE(sizeof(int))];
} FdMessage;

int monitor_send(int sock, MonitorMessage kind, const void *body, size_t n, int fd, int flags)
{
	char k = (char)kind;
	struct iovec iov[] = { { &k, 1 }, { (void *)(uintptr_t)body, n } };
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = n ? 2 : 1 };
	FdMessage control = { 0 };
	ssize_t sent;

	if (fd >= 0) {
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control.space);
		control.header = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(fd)),
						   .cmsg_level = SOL_SOCKET,
						   .cmsg_type = SCM_RIGHTS };
		memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	}
	do
		sent = sendmsg(sock, &msg, flags | MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : 0;
}

/* A sealed file for a body that does not fit into a message. */
static int body_memfd(const char *text, size_t n)
{
	cleanup_fd int fd = memfd_create("racker-request", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int r = fd < 0 ? -errno : fd_write_all(fd, text, n);

	if (r >= 0 && fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_WRITE) < 0)
		r = -errno;
	return r < 0 ? r : steal_fd(&fd);
}

int monitor_send_json(int sock, MonitorMessage kind, const JsonType *type, const void *data, int fd,
		      int flags)
{
	cleanup_json json_t *json = json_encode(type, data);
	cleanup_free char *text = json_text(json);
	cleanup_fd int large = -1;
	size_t n = strlen(text);

	if (n <= MONITOR_MAX_BODY)
		return monitor_send(sock, kind, text, n, fd, flags);
	if (n > MONITOR_MAX_JSON || fd >= 0)
		return -EMSGSIZE;
	large = body_memfd(text, n);
	return large < 0 ? large : monitor_send(sock, kind, NULL, 0, large, flags);
}

static void take_fd(struct msghdr *msg, int *ret_fd)
{
	int fd = -1;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
		    c->cmsg_len == CMSG_LEN(sizeof(fd)))
			memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	*ret_fd = fd;
}

int monitor_receive(int sock, void *buf, size_t *ret_body, int *ret_fd, int flags)
{
	struct iovec iov = { buf, MONITOR_MAX_MESSAGE };
	FdMessage control;
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	unsigned reset = 0;
	ssize_t n;

	/* A peer that closes with our messages unread resets the connection: what it has sent
	 * before is behind that error. */
	if (ret_fd) {
		*ret_fd = -1;
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control.space);
	}
	do
		n = recvmsg(sock, &msg, flags | MSG_CMSG_CLOEXEC);
	while (n < 0 && (errno == EINTR || (errno == ECONNRESET && !reset++)));
	if (n <= 0)
		return n < 0 ? -errno : 0;
	if (ret_fd)
		take_fd(&msg, ret_fd);
	if (msg.msg_flags & MSG_TRUNC)
		return -EMSGSIZE;
	*ret_body = (size_t)n - 1;
	return *(unsigned char *)buf ? *(unsigned char *)buf : -EPROTO;
}

int monitor_decode(const void *body, size_t n, int fd, const JsonType *type, void *data,
		   Error **err)
{
	cleanup_strbuf Strbuf large = STRBUF_INIT;
	cleanup_json json_t *json = NULL;
	ssize_t k = 0;
	int r;

	if (n == 0 && fd >= 0) {
		char *to = strbuf_reserve(&large, MONITOR_MAX_JSON);

		while ((k = pread(fd, to + large.len, MONITOR_MAX_JSON - large.len,
				  (off_t)large.len)) > 0)
			large.len += (size_t)k;
		if (k < 0)
			return error_errno(err, errno, "read a message");
		body = large.data;
		n = large.len;
	}
	r = json_parse(body, n, "message", &json, err);
	return r < 0 ? r : json_decode(json, type, data, err);
}

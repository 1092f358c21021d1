#include "librunner/host-mounts.h"

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/path.h"
#include "libcommon/str.h"
#include "librunner/init/mount-api.h"

#define MAX_MOUNTINFO (16 << 20)

int host_mounts_open(void)
{
	int fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* ---- what a mount shares ---- */

/* The kernel writes blanks, tabs, newlines and backslashes as three octal digits. */
static char *unescape(const char *s, size_t n)
{
	char *text = xmalloc(n + 1), *out = text;

	for (size_t i = 0; i < n; i++)
		if (s[i] == '\\' && i + 3 < n) {
			*out++ = (char)((s[i + 1] - '0') << 6 | (s[i + 2] - '0') << 3 |
					(s[i + 3] - '0'));
			i += 3;
		} else {
			*out++ = s[i];
		}
	*out = '\0';
	return text;
}

/* Where the field of that number begins. */
static const char *field(const char *line, unsigned n)
{
	for (; n > 0 && line; n--) {
		line = strchr(line, ' ');
		line = line ? line + 1 : NULL;
	}
	return line;
}

/* The later line of the same mount point lies above the earlier one. */
static void consider(const char *line, const char *path, char **ret_point, bool *ret_shared,
		     bool *ret_slave)
{
	const char *start = field(line, 4), *options = field(line, 6), *end = strstr(line, " - ");
	cleanup_free char *point = start ? unescape(start, strcspn(start, " ")) : NULL;

	if (!point || !end || !options || options > end + 1 || !path_is_within(path, point) ||
	    (*ret_point && strlen(*ret_point) > strlen(point)))
		return;
	free(*ret_point);
	*ret_point = steal(&point);
	*ret_shared = memmem(options, (size_t)(end - options + 1), "shared:", 7) != NULL;
	*ret_slave = memmem(options, (size_t)(end - options + 1), "master:", 7) != NULL;
}

bool mountinfo_find(const char *text, const char *path, char **ret_point, bool *ret_shared,
		    bool *ret_slave)
{
	cleanup_strv char **lines = strv_split(text, '\n');

	*ret_point = NULL;
	STRV_FOREACH(it, lines)
		consider(*it, path, ret_point, ret_shared, ret_slave);
	return *ret_point != NULL;
}

/* ---- a child in the host's mount namespace ---- */

typedef struct Answer {
	int errnum;
	char point[PATH_MAX];
	bool shared, slave;
} Answer;

static void look(const char *path, Answer *a)
{
	cleanup_strbuf Strbuf text = STRBUF_INIT;
	cleanup_free char *real = realpath(path, NULL), *point = NULL;
	int r = fs_read_file(AT_FDCWD, "/proc/thread-self/mountinfo", MAX_MOUNTINFO, &text);

	if (!real || r < 0) {
		a->errnum = real ? -r : errno;
		return;
	}
	if (!mountinfo_find(text.data ? text.data : "", real, &point, &a->shared, &a->slave)) {
		a->errnum = ENOENT;
		return;
	}
	(void)snprintf(a->point, sizeof(a->point), "%s", point);
}

static void send_answer(int sock, const Answer *a, int fd)
{
	struct iovec iov = { (void *)a, sizeof(*a) };
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (fd >= 0) {
		struct cmsghdr *c;

		msg.msg_control = control.buf;
		msg.msg_controllen = sizeof(control.buf);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(int));
	}
	(void)!sendmsg(sock, &msg, MSG_NOSIGNAL);
}

typedef enum { ASK_LOOK, ASK_COPY, ASK_COPY_RECURSIVE } Ask;

static _Noreturn void child(int host, const char *path, Ask ask, int sock)
{
	Answer a = { 0 };
	int fd = -1;

	if (setns(host, CLONE_NEWNS) < 0)
		a.errnum = errno;
	else if (ask == ASK_LOOK)
		look(path, &a);
	else
		fd = mount_copy(path, ask == ASK_COPY_RECURSIVE);
	if (fd < -1)
		a.errnum = -fd;
	send_answer(sock, &a, fd);
	_exit(0);
}

static int receive_answer(int sock, Answer *a, int *ret_fd)
{
	struct iovec iov = { a, sizeof(*a) };
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.buf,
		.msg_controllen = sizeof(control.buf),
	};
	struct cmsghdr *c;

	*ret_fd = -1;
	if (recvmsg(sock, &msg, MSG_CMSG_CLOEXEC) != (ssize_t)sizeof(*a))
		return -EIO;
	c = CMSG_FIRSTHDR(&msg);
	if (c && c->cmsg_type == SCM_RIGHTS)
		memcpy(ret_fd, CMSG_DATA(c), sizeof(int));
	return -a->errnum;
}

static int ask_host(int host, const char *path, Ask ask, Answer *ret, int *ret_fd)
{
	cleanup_fd int ours = -1, theirs = -1;
	int pair[2], r;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	ours = pair[0];
	theirs = pair[1];
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0)
		child(host, path, ask, theirs);
	theirs = fd_close(theirs);
	r = receive_answer(ours, ret, ret_fd);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return r;
}

int host_mounts_check(int host, const char *path, bool shared, Error **err)
{
	Answer a;
	int fd, r = ask_host(host, path, ASK_LOOK, &a, &fd);

	if (r < 0)
		return error_errno(err, -r, "look at the mounts of %s", path);
	if (a.shared || (!shared && a.slave))
		return 0;
	a.point[sizeof(a.point) - 1] = '\0';
	return error_set(err, EINVAL, "path %s is mounted on %s but it is not a shared%s mount",
			 path, a.point, shared ? "" : " or slave");
}

int host_mounts_copy(int host, const char *path, bool recursive, Error **err)
{
	Answer a;
	int fd, r = ask_host(host, path, recursive ? ASK_COPY_RECURSIVE : ASK_COPY, &a, &fd);

	return r < 0 ? error_errno(err, -r, "bind %s", path) : fd;
}

#include "librunner/init-spec.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/vfs.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "librunner/init/protocol.h"

#define SOCKET_NAME "init.sock"
#define TOKEN_LENGTH 32

char *init_token(void)
{
	return random_hex(TOKEN_LENGTH);
}

int init_listen(int dirfd, Error **err)
{
	cleanup_fd int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un sa = { .sun_family = AF_UNIX };

	if (fd < 0)
		return error_errno(err, errno, "make a socket");
	if (unlinkat(dirfd, SOCKET_NAME, 0) < 0 && errno != ENOENT)
		return error_errno(err, errno, "remove the old %s", SOCKET_NAME);
	/* The directory's own path may be longer than an address can be. */
	(void)snprintf(sa.sun_path, sizeof(sa.sun_path), "/proc/self/fd/%d/%s", dirfd, SOCKET_NAME);
	if (bind(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0)
		return error_errno(err, errno, "bind %s", SOCKET_NAME);
	if (fchmodat(dirfd, SOCKET_NAME, 0666, 0) < 0)
		return error_errno(err, errno, "chmod %s", SOCKET_NAME);
	if (listen(fd, 8) < 0)
		return error_errno(err, errno, "listen on %s", SOCKET_NAME);
	return steal_fd(&fd);
}

int init_accept(int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	return fd < 0 ? -errno : fd;
}

int init_socketpair(int ret[2], Error **err)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		return error_errno(err, errno, "make a socket pair");
	if (fd_set_nonblock(fds[0], true) < 0) {
		(void)fd_close(fds[0]);
		(void)fd_close(fds[1]);
		return error_errno(err, EIO, "make a socket pair");
	}
	ret[0] = fds[0];
	ret[1] = fds[1];
	return 0;
}

/* One message; no descriptor is ever taken from the other side. */
static ssize_t receive(int fd, char *buf, size_t size)
{
	ssize_t n;

	do
		n = recv(fd, buf, size, MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

int init_hello(int fd, const char *token)
{
	char buf[128];
	ssize_t n = receive(fd, buf, sizeof(buf) - 1);
	const char *rest;

	if (n == -EAGAIN)
		return 0;
	if (n < 0)
		return (int)n;
	if (n == 0)
		return -ECONNRESET;
	buf[n] = '\0';
	rest = startswith(buf, INIT_HELLO);
	if (!rest)
		return -EPROTO;
	return streq(rest, token) ? 1 : -EPERM;
}

pid_t init_peer(int fd)
{
	struct ucred cred;
	socklen_t n = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &n) < 0)
		return -errno;
	return cred.pid > 0 ? cred.pid : -ESRCH;
}

/* The container decides what its /dev/pts is: only a real devpts's multiplexer is opened. */
static int open_ptmx(pid_t pid)
{
	cleanup_free char *root = xasprintf("/proc/%d/root", (int)pid);
	cleanup_fd int rootfd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	cleanup_fd int fd = -1;
	struct statfs fs;
	struct stat st;
	char name[32];
	int master;

	if (rootfd < 0)
		return -errno;
	fd = fs_open_in_root(rootfd, "dev/pts/ptmx", O_PATH, 0);
	if (fd < 0)
		return fd;
	if (fstatfs(fd, &fs) < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (fs.f_type != DEVPTS_SUPER_MAGIC || !S_ISCHR(st.st_mode) || st.st_rdev != makedev(5, 2))
		return -ENOTTY;
	(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	master = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	return master < 0 ? -errno : master;
}

int init_open_pty_of(pid_t pid, int *ret_master, int *ret_slave, Error **err)
{
	cleanup_fd int master = open_ptmx(pid);
	int slave, unlock = 0;

	if (master < 0)
		return error_errno(err, -master, "open a terminal in the container");
	if (ioctl(master, TIOCSPTLCK, &unlock) < 0)
		return error_errno(err, errno, "unlock the terminal");
	slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0)
		return error_errno(err, errno, "open the terminal");
	*ret_master = steal_fd(&master);
	*ret_slave = slave;
	return 0;
}

int init_open_pty(int fd, int *ret_master, int *ret_slave, Error **err)
{
	pid_t peer = init_peer(fd);

	if (peer < 0)
		return error_errno(err, -peer, "find the container's process");
	if (peer == getpid())
		return error_set(err, EINVAL,
				 "the connection does not tell the container's process");
	return init_open_pty_of(peer, ret_master, ret_slave, err);
}

#define MAX_FDS INIT_MAX_MOUNTS

static int send_fds(int fd, const char *text, const int *fds, size_t n)
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(sizeof(int) * MAX_FDS)];
	} control = { 0 };
	struct iovec iov = { (char *)text, strlen(text) };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.buf,
		.msg_controllen = CMSG_SPACE(sizeof(int) * n),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int) * n);
	memcpy(CMSG_DATA(c), fds, sizeof(int) * n);
	return sendmsg(fd, &msg, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int init_go(int fd, const int stdio[3], int spec_fd, int seccomp_fd, Error **err)
{
	int fds[5] = { stdio[0], stdio[1], stdio[2], spec_fd, seccomp_fd };
	int r = send_fds(fd, INIT_GO, fds, seccomp_fd >= 0 ? 5 : 4);

	return r < 0 ? error_errno(err, -r, "hand the streams to the container") : 0;
}

int init_send_mounts(int fd, const int *mounts, size_t n, Error **err)
{
	int r = n > MAX_FDS ? -E2BIG : send_fds(fd, INIT_MOUNTS, mounts, n);

	return r < 0 ? error_errno(err, -r, "hand %zu mounts to the container", n) : 0;
}

/* "error CODE TEXT"; the text may hold anything but control characters. */
static int parse_failure(char *message, int *ret_code, char **ret_text)
{
	char *code = (char *)startswith(message, INIT_ERROR), *text;
	uint64_t n;

	if (!code)
		return -EPROTO;
	text = strchr(code, ' ');
	if (!text)
		return -EPROTO;
	*text++ = '\0';
	if (str_to_u64(code, &n) < 0 || n < 125 || n > 127)
		return -EPROTO;
	for (char *p = text; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	*ret_code = (int)n;
	*ret_text = xstrdup(text);
	return 2;
}

int init_result(int fd, int *ret_code, char **ret_text)
{
	char buf[INIT_MAX_MESSAGE + 1];
	ssize_t n = receive(fd, buf, sizeof(buf) - 1);

	if (n == -EAGAIN)
		return 0;
	if (n < 0)
		return (int)n;
	if (n == 0)
		return 1;
	buf[n] = '\0';
	return parse_failure(buf, ret_code, ret_text);
}

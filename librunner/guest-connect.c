#include "librunner/guest-connect.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "libcommon/fs.h"
#include "libcommon/spawn.h"

#define PRIVATE_SOCKET "run/systemd/private"

/* The guest's socket by a descriptor: its own links lead nowhere but into its own tree. */
static int open_socket_file(pid_t leader)
{
	cleanup_fd int root = -1, fd = -1;
	char path[64];
	struct stat st;

	(void)snprintf(path, sizeof(path), "/proc/%d/root", (int)leader);
	root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return -errno;
	fd = fs_open_in_root(root, PRIVATE_SOCKET, O_PATH, 0);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	return S_ISSOCK(st.st_mode) ? steal_fd(&fd) : -ENOTSOCK;
}

/* By way of /proc, because the guest's own path would be resolved in our root. */
static int connect_file(int sock, int file)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };

	(void)snprintf(sa.sun_path, sizeof(sa.sun_path), "/proc/self/fd/%d", file);
	return connect(sock, (struct sockaddr *)&sa, sizeof(sa)) < 0 ? errno : 0;
}

/* A pid namespace is joined by children only: the child joins, the grandchild connects. Exit
 * statuses carry errno. */
static int connect_inside(int ns, int sock, int file)
{
	pid_t pid = fork(), inner;
	int status;

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		if (setns(ns, CLONE_NEWPID) < 0 || (inner = fork()) < 0)
			_exit(errno);
		if (inner == 0)
			_exit(connect_file(sock, file));
		status = spawn_wait(inner);
		_exit(status < 0 ? -status : status);
	}
	status = spawn_wait(pid);
	return status > 0 ? -status : status;
}

/* Whether somebody listens, found out from outside (the guest's journal notes a refused peer). A
 * guest that goes down is left alone: its systemd-shutdown waits for every process that it sees in
 * its namespace, and when one of ours ends it gets no SIGCHLD, so that it would wait until its
 * timeout. */
static int probe(int file)
{
	cleanup_fd int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	return sock < 0 ? -errno : -connect_file(sock, file);
}

int guest_connect_private(pid_t leader, bool again)
{
	cleanup_fd int file = open_socket_file(leader), ns = -1, sock = -1;
	char path[64];
	int r;

	if (file < 0)
		return file;
	r = again ? probe(file) : 0;
	if (r < 0)
		return r;
	(void)snprintf(path, sizeof(path), "/proc/%d/ns/pid", (int)leader);
	ns = open(path, O_RDONLY | O_CLOEXEC);
	if (ns < 0)
		return -errno;
	sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (sock < 0)
		return -errno;
	r = connect_inside(ns, sock, file);
	return r < 0 ? r : steal_fd(&sock);
}

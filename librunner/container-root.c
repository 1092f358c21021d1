#include "librunner/container-root.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/container-mounts.h"
#include "librunner/container-state.h"
#include "librunner/container-store.h"
#include "librunner/rootfs.h"

/* Of racker-monitor too: who holds it runs the container. */
#define LOCK_FILE "monitor.lock"
#define HOLD_PAUSE_NSEC 20000000
#define HOLD_ATTEMPTS 250
/* A container may end, or start, while its root is opened. */
#define OPEN_ATTEMPTS 3
#define MAX_MESSAGE 1024

void container_root_close(ContainerRoot *root)
{
	root->fd = fd_close(root->fd);
	root->ns = fd_close(root->ns);
	root->lock = fd_close(root->lock);
}

int container_hold(Runtime *rt, const Container *c, Error **err)
{
	cleanup_free char *dir = container_dir(c->id), *path = xasprintf("%s/" LOCK_FILE, dir);
	struct timespec pause = { .tv_nsec = HOLD_PAUSE_NSEC };
	int fd = -EWOULDBLOCK;

	for (unsigned i = 0; i < HOLD_ATTEMPTS && fd == -EWOULDBLOCK; i++) {
		fd = fs_lock(store_fd(rt->store), path, LOCK_EX | LOCK_NB);
		if (fd == -EWOULDBLOCK)
			(void)nanosleep(&pause, NULL);
	}
	if (fd == -EWOULDBLOCK)
		return error_set(err, EBUSY,
				 "container %s is being started, or another command has it open",
				 c->name);
	return fd < 0 ? error_errno(err, -fd, "lock container %s", c->name) : fd;
}

/* ---- a container that runs ---- */

static bool same_directory(int fd, const char *path)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && stat(path, &b) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

/* -ESRCH when the process is gone. */
static int open_of_process(int64_t pid, int64_t start, const char *below)
{
	cleanup_free char *path = xasprintf("/proc/%lld/root%s", (long long)pid, below);
	cleanup_fd int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int errnum = errno;

	/* The number may be another process's meanwhile. */
	if (!process_alive(pid, start))
		return -ESRCH;
	return fd < 0 ? -errnum : steal_fd(&fd);
}

static int open_running(const Container *c, ContainerRoot *ret, Error **err)
{
	cleanup_fd int fd = -1;

	if (c->state.pid <= 0)
		return error_set(err, EAGAIN, "container %s is still starting", c->name);
	fd = open_of_process(c->state.pid, c->state.pid_start, "/");
	if (fd == -ESRCH)
		return -ESRCH;
	if (fd < 0)
		return error_errno(err, -fd, "open the root of container %s", c->name);
	/* It would be our own until the container has changed to its root. */
	if (same_directory(fd, "/"))
		return error_set(err, EAGAIN, "container %s is still starting", c->name);
	ret->fd = steal_fd(&fd);
	return 0;
}

/* A directory of the container's as its monitor sees it: the upper directory, or where it is all
 * mounted, which nobody else sees. -ESRCH when there is no monitor any more. */
static int open_of_monitor(Runtime *rt, const Container *c, const char *name)
{
	cleanup_free char *path = xasprintf("%s/containers/%s/%s", rt->root, c->id, name);

	return open_of_process(c->state.monitor_pid, c->state.monitor_start, path);
}

/* ---- a container that does not ---- */

/* What the child sends: nothing, with two descriptors, or why not. */
typedef struct Answer {
	int errnum;
	char text[MAX_MESSAGE];
} Answer;

static int send_answer(int sock, const Answer *a, int fd, int ns)
{
	int fds[2] = { fd, ns };
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(fds))];
	} control = { 0 };
	struct iovec iov = { .iov_base = (void *)a, .iov_len = sizeof(*a) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *h;

	if (!a->errnum) {
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control);
		h = CMSG_FIRSTHDR(&msg);
		h->cmsg_level = SOL_SOCKET;
		h->cmsg_type = SCM_RIGHTS;
		h->cmsg_len = CMSG_LEN(sizeof(fds));
		memcpy(CMSG_DATA(h), fds, sizeof(fds));
	}
	return sendmsg(sock, &msg, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static int receive_answer(int sock, ContainerRoot *ret, Error **err)
{
	Answer a = { 0 };
	int fds[2];
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(fds))];
	} control;
	struct iovec iov = { .iov_base = &a, .iov_len = sizeof(a) };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = &control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *h;
	ssize_t n;

	do
		n = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(a))
		return error_set(err, EIO, "the process that mounts the container ended");
	a.text[sizeof(a.text) - 1] = '\0';
	if (a.errnum)
		return error_set(err, a.errnum, "%s", a.text);
	h = CMSG_FIRSTHDR(&msg);
	if (!h || h->cmsg_type != SCM_RIGHTS || h->cmsg_len != CMSG_LEN(sizeof(fds)))
		return error_set(err, EPROTO, "the process that mounts the container sent nothing");
	memcpy(fds, CMSG_DATA(h), sizeof(fds));
	ret->fd = fds[0];
	ret->ns = fds[1];
	return 0;
}

static _Noreturn void mount_child(Runtime *rt, const Container *c, ContainerRootKind kind, int sock)
{
	Answer a = { 0 };
	Error *e = NULL;
	int fd = -1, ns = -1, r;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	r = rootfs_private(&e);
	if (r >= 0)
		r = container_mount(rt, c, kind, &fd, &e);
	if (r >= 0) {
		ns = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
		if (ns < 0)
			r = error_errno(&e, errno, "open the mount namespace");
	}
	if (r < 0) {
		a.errnum = -r;
		(void)snprintf(a.text, sizeof(a.text), "%s", e->msg);
	}
	_exit(send_answer(sock, &a, fd, ns) < 0);
}

static int open_stopped(Runtime *rt, const Container *c, ContainerRootKind kind, ContainerRoot *ret,
			Error **err)
{
	cleanup_fd int ours = -1, theirs = -1;
	int socks[2], r;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, socks) < 0)
		return error_errno(err, errno, "make a socket");
	ours = socks[0];
	theirs = socks[1];
	pid = fork();
	if (pid < 0)
		return error_errno(err, errno, "fork");
	if (pid == 0)
		mount_child(rt, c, kind, theirs);
	theirs = fd_close(theirs);
	r = receive_answer(ours, ret, err);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return r;
}

/* ---- both ---- */

/* A container that was stopped when it was looked up may run now. */
static int hold_stopped(Runtime *rt, const Container *c, ContainerRoot *ret, Error **err)
{
	ContainerState now = { 0 };
	int r = ret->lock = container_hold(rt, c, err);

	if (r >= 0)
		r = container_state_load(rt, c->id, &now, err);
	json_clear(&container_state_type, &now);
	return r;
}

static int open_once(Runtime *rt, const Container *c, ContainerRootKind kind, ContainerRoot *ret,
		     Error **err)
{
	bool running = container_is_running(c);
	int r;

	if (running && (kind == ROOT_READ || kind == ROOT_WRITE))
		return open_running(c, ret, err);
	if (running && kind == ROOT_FILES && str_empty(c->racker.rootfs)) {
		r = open_of_monitor(rt, c, "merged");
		if (r < 0)
			return r == -ESRCH ? r
					   : error_errno(err, -r, "open the root of container %s",
							 c->name);
		ret->fd = r;
		return 0;
	}
	r = kind == ROOT_WRITE ? hold_stopped(rt, c, ret, err) : 0;
	return r < 0 ? r : open_stopped(rt, c, kind, ret, err);
}

int container_root_open(Runtime *rt, const Container *c, ContainerRootKind kind, ContainerRoot *ret,
			Error **err)
{
	cleanup_container Container *now = NULL;
	cleanup_container_root ContainerRoot root = CONTAINER_ROOT_INIT;
	int r = open_once(rt, c, kind, &root, err);

	/* It has ended meanwhile: what is known of it is out of date. */
	for (unsigned i = 0; i < OPEN_ATTEMPTS && r == -ESRCH; i++) {
		now = container_free(now);
		r = container_load(rt, c->id, &now, err);
		if (r >= 0)
			r = open_once(rt, now, kind, &root, err);
	}
	if (r == -ESRCH)
		return error_set(err, ESRCH, "container %s comes and goes", c->name);
	if (r < 0)
		return r;
	*ret = root;
	root = (ContainerRoot)CONTAINER_ROOT_INIT;
	return 0;
}

int container_upper_open(Runtime *rt, const Container *c, Error **err)
{
	cleanup_free char *dir = container_dir(c->id), *path = xasprintf("%s/upper", dir);
	int fd = -ESRCH;

	if (!str_empty(c->racker.rootfs) && !c->racker.ephemeral)
		return error_set(err, ENOTSUP,
				 "container %s changes the directory %s itself: what it has "
				 "changed cannot be told",
				 c->name, c->racker.rootfs);
	/* In memory it is seen by the monitor alone. */
	if (container_is_running(c))
		fd = open_of_monitor(rt, c, c->racker.ephemeral ? "memory/upper" : "upper");
	if (fd >= 0) {
		cleanup_fd int seen = fd;

		fd = fs_open_dir(seen, ".");
	}
	if (fd == -ESRCH || fd == -ENOENT)
		fd = fs_open_dir(store_fd(rt->store), path);
	if (fd == -ENOENT)
		return fd;
	return fd < 0 ? error_errno(err, -fd, "open %s/%s", rt->root, path) : fd;
}

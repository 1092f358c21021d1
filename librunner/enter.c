#include "librunner/enter.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "librunner/cgroup.h"

#define NAMESPACES \
	(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP)
/* Where racker-init finds its socket. */
#define INIT_FD 3
#define MAX_PROGRAM (64 << 20)

/* What the helper process reports: the child's number, or where it failed. */
typedef struct Report {
	pid_t pid;
	int errnum;
	char where[48];
} Report;

static void report(int fd, pid_t pid, int errnum, const char *where)
{
	Report r = { .pid = pid, .errnum = errnum };

	(void)snprintf(r.where, sizeof(r.where), "%s", where);
	(void)!write(fd, &r, sizeof(r));
}

/* A copy of the program that nobody can write to: a process of the container could open the
 * original through /proc/PID/exe while racker-init runs. */
static int program_copy(const char *path, Error **err)
{
	cleanup_fd int in = open(path, O_RDONLY | O_CLOEXEC);
	cleanup_fd int fd = memfd_create("racker-init", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	struct stat st;
	off_t left;

	if (in < 0 || fstat(in, &st) < 0)
		return error_errno(err, errno, "open %s", path);
	if (st.st_size > MAX_PROGRAM)
		return error_set(err, EFBIG, "%s is too large", path);
	if (fd < 0)
		return error_errno(err, errno, "make a memfd");
	for (left = st.st_size; left > 0;) {
		ssize_t n = sendfile(fd, in, NULL, (size_t)left);

		if (n <= 0)
			return error_errno(err, n < 0 ? errno : EIO, "copy %s", path);
		left -= n;
	}
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
		return error_errno(err, errno, "seal the copy of %s", path);
	return steal_fd(&fd);
}

/* setns(2) by pidfd takes all namespaces at once (5.8); one by one before that. */
static int join_namespaces(pid_t leader, int pidfd)
{
	static const char *const names[] = { "cgroup", "ipc", "uts", "net", "pid", "mnt" };
	char path[64];

	if (setns(pidfd, NAMESPACES) == 0)
		return 0;
	if (errno != EINVAL)
		return -errno;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		int fd, r;

		(void)snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)leader, names[i]);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		r = fd < 0 ? -1 : setns(fd, 0);
		(void)fd_close(fd);
		if (r < 0)
			return -errno;
	}
	return 0;
}

/* setns(2) leads to the root of the mount namespace, which is the container's root only where the
 * host's root was one: not when racker itself runs in a chroot. */
static int join_root(int rootfd)
{
	return fchdir(rootfd) < 0 || chroot(".") < 0 ? -errno : 0;
}

static int open_root(pid_t leader)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/root", (int)leader);
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static void clean_signals(void)
{
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		(void)signal(sig, SIG_DFL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static int run_init(int program, int init_fd, const char *token)
{
	char *argv[] = { (char *)"racker-init", (char *)"fd:3", (char *)token, NULL };
	char *env[] = { NULL };
	int null;

	clean_signals();
	(void)setsid();
	if (init_fd == INIT_FD)
		(void)fd_set_cloexec(INIT_FD, false);
	else if (dup2(init_fd, INIT_FD) < 0)
		return -errno;
	null = open("/dev/null", O_RDWR | O_NOCTTY | O_CLOEXEC);
	for (int i = 0; i < 3; i++)
		if (null < 0 || dup2(null, i) < 0)
			(void)close(i);
	(void)fexecve(program, argv, env);
	return -errno;
}

/* The helper: joins everything, forks once more because a process namespace counts for children
 * only, and makes that child its own sibling, so that our caller is the parent. */
static _Noreturn void helper(pid_t leader, int pidfd, int program, int init_fd, const char *token,
			     int joined, int out)
{
	int r = joined, rootfd = open_root(leader);
	pid_t pid;

	if (r < 0) {
		report(out, 0, -r, "join the control groups");
		_exit(1);
	}
	r = join_namespaces(leader, pidfd);
	if (r < 0) {
		report(out, 0, -r, "join the namespaces");
		_exit(1);
	}
	r = join_root(rootfd);
	if (r < 0) {
		report(out, 0, -r, "enter its root directory");
		_exit(1);
	}
	pid = (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, NULL);
	if (pid == 0) {
		(void)run_init(program, init_fd, token);
		_exit(125);
	}
	report(out, pid, pid < 0 ? errno : 0, "fork");
	_exit(0);
}

static int read_report(int fd, pid_t *ret, Error **err)
{
	Report r;

	if (fd_read_full(fd, &r, sizeof(r)) != (ssize_t)sizeof(r))
		return error_set(err, EIO, "enter the container: the helper ended");
	r.where[sizeof(r.where) - 1] = '\0';
	if (r.errnum)
		return error_errno(err, r.errnum, "enter the container: %s", r.where);
	*ret = r.pid;
	return 0;
}

int enter_container(pid_t leader, const char *program, int init_fd, const char *token,
		    pid_t *ret_pid, int *ret_pidfd, Error **err)
{
	cleanup_fd int pidfd = (int)syscall(SYS_pidfd_open, leader, 0);
	cleanup_fd int copy = -1, in = -1, out = -1;
	int fds[2], joined, r;
	pid_t child;

	if (pidfd < 0)
		return error_errno(err, errno, "find the container's process");
	copy = program_copy(program, err);
	if (copy < 0)
		return copy;
	if (pipe2(fds, O_CLOEXEC) < 0)
		return error_errno(err, errno, "make a pipe");
	in = fds[0];
	out = fds[1];
	child = cgroup_fork_of(leader, &joined);
	if (child < 0)
		return error_errno(err, -child, "fork");
	if (child == 0)
		helper(leader, pidfd, copy, init_fd, token, joined, out);
	out = fd_close(out);
	r = read_report(in, ret_pid, err);
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	if (r >= 0 && ret_pidfd)
		*ret_pidfd = (int)syscall(SYS_pidfd_open, *ret_pid, 0);
	return r;
}

#include "libcommon/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"

static int fds_place(const Spawn *s, int report)
{
	int from[3 + SPAWN_MAX_FDS], n = 3 + (int)s->n_fds;

	from[0] = s->in;
	from[1] = s->out;
	from[2] = s->err;
	for (unsigned i = 0; i < s->n_fds; i++)
		from[3 + i] = s->fds[i];
	/* First out of the way of the targets, then onto them. */
	for (int i = 0; i < n; i++) {
		int fd = from[i] >= 0 ? from[i] : open("/dev/null", O_RDWR | O_CLOEXEC);

		from[i] = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 64);
		if (from[i] < 0)
			return -errno;
	}
	for (int i = 0; i < n; i++)
		if (dup2(from[i], i) < 0)
			return -errno;
	/* `report` lies above the targets and stays until exec closes it. */
	if (syscall(__NR_close_range, n, report - 1, 0) < 0 ||
	    syscall(__NR_close_range, report + 1, ~0U, 0) < 0)
		return -errno;
	return 0;
}

static void child_signals_reset(void)
{
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		if (sig != SIGKILL && sig != SIGSTOP)
			(void)signal(sig, SIG_DFL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static void child_run(const Spawn *s, pid_t parent, int report) __attribute__((noreturn));

static void child_run(const Spawn *s, pid_t parent, int report)
{
	int r = 0;

	report = fcntl(report, F_DUPFD_CLOEXEC, 128);
	if (report < 0)
		_exit(127);
	child_signals_reset();
	if (s->new_session && setsid() < 0)
		r = -errno;
	if (r >= 0 && s->death_signal) {
		if (prctl(PR_SET_PDEATHSIG, s->death_signal) < 0)
			r = -errno;
		else if (getppid() != parent)
			_exit(127);
	}
	if (r >= 0)
		r = fds_place(s, report);
	if (r >= 0 && s->setup)
		r = s->setup(s->userdata);
	if (r >= 0) {
		(void)execvpe(s->argv[0], s->argv, s->env ? s->env : environ);
		r = -errno;
	}
	(void)!write(report, &r, sizeof(r));
	_exit(127);
}

int spawn(const Spawn *s, pid_t *ret_pid, int *ret_pidfd, Error **err)
{
	cleanup_fd int reader = -1, writer = -1, pidfd = -1;
	int pipes[2], failure = 0;
	pid_t pid, parent = getpid();

	if (pipe2(pipes, O_CLOEXEC) < 0)
		return error_errno(err, errno, "run %s", s->argv[0]);
	reader = pipes[0];
	writer = pipes[1];
	pid = fork();
	if (pid < 0)
		return error_errno(err, errno, "run %s", s->argv[0]);
	if (pid == 0)
		child_run(s, parent, writer);
	writer = fd_close(writer);
	if (fd_read_full(reader, &failure, sizeof(failure)) == sizeof(failure)) {
		(void)spawn_wait(pid);
		return error_errno(err, -failure, "run %s", s->argv[0]);
	}
	if (ret_pidfd) {
		pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
		if (pidfd < 0) {
			int saved = errno;

			(void)kill(pid, SIGKILL);
			(void)spawn_wait(pid);
			return error_errno(err, saved, "run %s: pidfd_open", s->argv[0]);
		}
		*ret_pidfd = steal_fd(&pidfd);
	}
	*ret_pid = pid;
	return 0;
}

int spawn_wait(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Reads to the end, keeping at most `limit` bytes. */
static int collect(int fd, Strbuf *out, size_t limit)
{
	char buf[16384];

	for (;;) {
		ssize_t n = read(fd, buf, sizeof(buf));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : 0;
		if (out->len < limit)
			strbuf_add(out, buf,
				   (size_t)n < limit - out->len ? (size_t)n : limit - out->len);
	}
}

int spawn_run(const Spawn *s, Strbuf *ret_out, size_t limit, Error **err)
{
	cleanup_fd int reader = -1, writer = -1;
	Spawn copy = *s;
	int pipes[2], r, status;
	pid_t pid;

	if (ret_out) {
		if (pipe2(pipes, O_CLOEXEC) < 0)
			return error_errno(err, errno, "run %s", s->argv[0]);
		reader = pipes[0];
		writer = copy.out = pipes[1];
	}
	r = spawn(&copy, &pid, NULL, err);
	if (r < 0)
		return r;
	writer = fd_close(writer);
	r = ret_out ? collect(reader, ret_out, limit) : 0;
	status = spawn_wait(pid);
	if (r < 0 || status < 0)
		return error_errno(err, r < 0 ? -r : -status, "run %s", s->argv[0]);
	return status;
}

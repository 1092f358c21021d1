#include "librunner/freeze-guard.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "libcommon/cleanup.h"

/* Lives until nobody holds the other end of the pipe any more. */
static _Noreturn void watch(const Cgroup *cg, int in)
{
	sigset_t all;
	char byte;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, NULL);
	(void)setsid();
	while (read(in, &byte, 1) < 0 && errno == EINTR)
		;
	_exit(cgroup_freeze(cg, false, NULL) < 0);
}

int freeze_guard_begin(const Cgroup *cg, FreezeGuard *ret, Error **err)
{
	cleanup_fd int in = -1, out = -1;
	int fds[2], r;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return error_errno(err, errno, "make a pipe");
	in = fds[0];
	out = fds[1];
	pid = fork();
	if (pid < 0)
		return error_errno(err, errno, "fork");
	if (pid == 0) {
		(void)fd_close(out);
		watch(cg, in);
	}
	*ret = (FreezeGuard){ .pid = pid, .fd = steal_fd(&out) };
	r = cgroup_freeze(cg, true, err);
	if (r < 0)
		freeze_guard_end(ret);
	return r;
}

void freeze_guard_end(FreezeGuard *guard)
{
	if (!guard->pid)
		return;
	guard->fd = fd_close(guard->fd);
	while (waitpid(guard->pid, NULL, 0) < 0 && errno == EINTR)
		;
	guard->pid = 0;
}

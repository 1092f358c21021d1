#include "librunner/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "libcommon/fs.h"

#define MAX_MESSAGE 2048

typedef struct Answer {
	int result;
	char text[MAX_MESSAGE]; /* where it is negative */
} Answer;

static _Noreturn void child(int (*act)(void *, Error **), void *userdata, int out)
{
	Answer a = { 0 };
	Error *e = NULL;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	a.result = act(userdata, &e);
	if (a.result < 0)
		(void)snprintf(a.text, sizeof(a.text), "%s", e ? e->msg : strerror(-a.result));
	_exit(fd_write_all(out, &a, sizeof(a)) < 0);
}

int child_run(int (*act)(void *userdata, Error **err), void *userdata, Error **err)
{
	cleanup_fd int in = -1, out = -1;
	int fds[2];
	Answer a;
	ssize_t n;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return error_errno(err, errno, "make a pipe");
	in = fds[0];
	out = fds[1];
	pid = fork();
	if (pid < 0)
		return error_errno(err, errno, "fork");
	if (pid == 0)
		child(act, userdata, out);
	out = fd_close(out);
	n = fd_read_full(in, &a, sizeof(a));
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (n != (ssize_t)sizeof(a))
		return error_set(err, EIO, "the process that was to do it ended");
	a.text[sizeof(a.text) - 1] = '\0';
	return a.result < 0 ? error_set(err, -a.result, "%s", a.text) : a.result;
}

#include "librunner/init/reaper.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "librunner/init/channel.h"

/* The streams belong to the payload: their end must be seen when the payload closes them. Nothing
 * else that came with the spec stays either. */
static void release_descriptors(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int i = 0; i < 3; i++)
		if (null < 0 || dup2(null, i) < 0)
			(void)close(i);
	close_from(3);
}

/* Reaps whatever has ended; true when it was the payload. */
static bool reap(pid_t payload, int *ret_status)
{
	bool ended = false;
	int status;

	for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
		if (pid == payload) {
			*ret_status =
				WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
			ended = true;
		}
	return ended;
}

static _Noreturn void supervise(pid_t payload, const sigset_t *signals)
{
	int status = 0;

	for (;;) {
		siginfo_t si;
		int sig = sigwaitinfo(signals, &si);

		if (sig < 0)
			continue;
		/* The kernel tells a stop on the terminal to the foreground group itself. */
		if (sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU)
			continue;
		if (sig != SIGCHLD)
			(void)kill(payload, sig);
		else if (reap(payload, &status))
			_exit(status);
	}
}

/* Puts the payload into the foreground before it can ask for the terminal. */
static void lead_group(void)
{
	(void)setpgid(0, 0);
	(void)tcsetpgrp(0, getpid());
}

void reaper_start(void)
{
	sigset_t all, none;
	pid_t pid;

	(void)sigfillset(&all);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &all, NULL);
	pid = fork();
	if (pid < 0)
		fail_errno(125, "fork", NULL);
	if (pid == 0) {
		lead_group();
		(void)sigprocmask(SIG_SETMASK, &none, NULL);
		return;
	}
	release_descriptors();
	supervise(pid, &all);
}

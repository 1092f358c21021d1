#include "librunner/supervise.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>

/* Between asking and killing. */
#define GRACE_MS 5000

int supervise_signals(void)
{
	sigset_t set;
	int fd;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

bool supervise_wait(pid_t pid, int pidfd, int signals, const Cgroup *cg)
{
	struct pollfd p[] = { { .fd = pidfd, .events = POLLIN },
			      { .fd = signals, .events = POLLIN } };
	bool interrupted = false;

	while (!(p[0].revents & POLLIN)) {
		int n = poll(p, 2, interrupted ? GRACE_MS : -1);

		if (n < 0 && errno != EINTR)
			break;
		if (n == 0)
			(void)cgroup_kill(cg);
		if (n > 0 && (p[1].revents & POLLIN)) {
			interrupted = true;
			p[1].fd = -1;
			(void)kill(pid, SIGTERM);
		}
	}
	return interrupted;
}

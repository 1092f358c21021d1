#include "librunner/terminal-relay.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "libcommon/cleanup.h"
#include "libcommon/fs.h"

#define CHUNK 65536

static void copy_size(int master)
{
	struct winsize size;

	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0)
		(void)ioctl(master, TIOCSWINSZ, &size);
}

/* False at the end. */
static bool copy(int from, int to)
{
	static char buf[CHUNK];
	ssize_t n = read(from, buf, sizeof(buf));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	return n > 0 && fd_write_all(to, buf, (size_t)n) >= 0;
}

static void relay(int master, int pidfd, int signals)
{
	struct pollfd p[] = {
		{ .fd = master, .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
		{ .fd = pidfd, .events = POLLIN },
	};
	struct signalfd_siginfo si;

	while (p[3].fd >= 0) {
		if (poll(p, sizeof(p) / sizeof(p[0]), -1) < 0 && errno != EINTR)
			return;
		if (p[0].revents && !copy(master, STDOUT_FILENO))
			p[0].fd = -1;
		if (p[1].revents && !copy(STDIN_FILENO, master))
			p[1].fd = -1;
		if (p[2].revents & POLLIN && read(signals, &si, sizeof(si)) == sizeof(si))
			copy_size(master);
		/* What it has written last is still there. */
		if (p[3].revents && (p[0].fd < 0 || !(p[0].revents & POLLIN)))
			p[3].fd = -1;
	}
}

void terminal_relay(int master, int pidfd)
{
	struct termios before, raw;
	cleanup_fd int signals = -1;
	sigset_t set, mask;
	bool have = tcgetattr(STDIN_FILENO, &before) == 0;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGWINCH);
	(void)sigprocmask(SIG_BLOCK, &set, &mask);
	signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (have) {
		raw = before;
		cfmakeraw(&raw);
		(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
	}
	copy_size(master);
	/* Writes wait for room. */
	(void)fd_set_nonblock(master, false);
	relay(master, pidfd, signals);
	if (have)
		(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
	(void)sigprocmask(SIG_SETMASK, &mask, NULL);
}

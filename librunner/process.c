#include "librunner/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "libcommon/alloc.h"
#include "libcommon/cleanup.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/container-state.h"

/* pidfd.h of kernel 6.15; the build machine's headers may be older. */
struct pidfd_info_exit {
	uint64_t mask;
	uint64_t cgroupid;
	uint32_t pid, tgid, ppid;
	uint32_t ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
	int32_t exit_code;
};
#define INFO_EXIT (UINT64_C(1) << 3)
#define GET_INFO _IOWR(0xFF, 11, struct pidfd_info_exit)

#define MAX_PROC_STATUS (64 << 10)
#define BOUNDING_KEY "CapBnd:"

int process_open(pid_t pid, int64_t start)
{
	cleanup_fd int fd = -1;

	if (pid <= 0 || !process_alive(pid, start))
		return -ESRCH;
	fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd < 0)
		return -errno;
	/* The pid may have changed hands before we held it. */
	return process_alive(pid, start) ? steal_fd(&fd) : -ESRCH;
}

uint64_t process_bounding_caps(pid_t pid)
{
	cleanup_free char *path = xasprintf("/proc/%d/status", (int)pid);
	cleanup_strbuf Strbuf text = STRBUF_INIT;
	const char *p = NULL;

	if (fs_read_file(AT_FDCWD, path, MAX_PROC_STATUS, &text) >= 0 && text.data)
		p = strstr(text.data, BOUNDING_KEY);
	return p ? strtoull(p + strlen(BOUNDING_KEY), NULL, 16) : 0;
}

int process_signal(int pidfd, int sig)
{
	return syscall(SYS_pidfd_send_signal, pidfd, sig, NULL, 0) < 0 ? -errno : 0;
}

int process_wait_status(int pidfd, int *ret)
{
	struct pidfd_info_exit info = { .mask = INFO_EXIT };
	struct pollfd p = { .fd = pidfd, .events = POLLIN };

	if (poll(&p, 1, 0) != 1)
		return -EAGAIN;
	if (ioctl(pidfd, GET_INFO, &info) < 0)
		return errno == ENOTTY || errno == EINVAL ? -EOPNOTSUPP : -errno;
	if (!(info.mask & INFO_EXIT))
		return -EAGAIN;
	*ret = info.exit_code;
	return 0;
}

int process_exit_code(int wait_status)
{
	return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

static int signal_from_realtime(const char *name)
{
	const char *rest;
	uint64_t n = 0;

	if (strncasecmp(name, "RTMIN", 5) == 0) {
		rest = name + 5;
		if (*rest && (*rest != '+' || str_to_u64(rest + 1, &n) < 0))
			return -EINVAL;
		return n <= (uint64_t)(SIGRTMAX - SIGRTMIN) ? SIGRTMIN + (int)n : -EINVAL;
	}
	rest = name + 5;
	if (*rest && (*rest != '-' || str_to_u64(rest + 1, &n) < 0))
		return -EINVAL;
	return n <= (uint64_t)(SIGRTMAX - SIGRTMIN) ? SIGRTMAX - (int)n : -EINVAL;
}

/* glibc's sigabbrev_np() is younger than some of our hosts. */
static const char *const signal_names[] = {
	[SIGHUP] = "HUP",   [SIGINT] = "INT",	    [SIGQUIT] = "QUIT", [SIGILL] = "ILL",
	[SIGTRAP] = "TRAP", [SIGABRT] = "ABRT",	    [SIGBUS] = "BUS",	[SIGFPE] = "FPE",
	[SIGKILL] = "KILL", [SIGUSR1] = "USR1",	    [SIGSEGV] = "SEGV", [SIGUSR2] = "USR2",
	[SIGPIPE] = "PIPE", [SIGALRM] = "ALRM",	    [SIGTERM] = "TERM", [SIGSTKFLT] = "STKFLT",
	[SIGCHLD] = "CHLD", [SIGCONT] = "CONT",	    [SIGSTOP] = "STOP", [SIGTSTP] = "TSTP",
	[SIGTTIN] = "TTIN", [SIGTTOU] = "TTOU",	    [SIGURG] = "URG",	[SIGXCPU] = "XCPU",
	[SIGXFSZ] = "XFSZ", [SIGVTALRM] = "VTALRM", [SIGPROF] = "PROF", [SIGWINCH] = "WINCH",
	[SIGIO] = "POLL",   [SIGPWR] = "PWR",	    [SIGSYS] = "SYS",
};

int signal_from_name(const char *name)
{
	uint64_t n;

	if (str_to_u64(name, &n) >= 0)
		return n > 0 && n < NSIG ? (int)n : -EINVAL;
	if (strncasecmp(name, "SIG", 3) == 0)
		name += 3;
	if (strncasecmp(name, "RTMIN", 5) == 0 || strncasecmp(name, "RTMAX", 5) == 0)
		return signal_from_realtime(name);
	for (int sig = 1; sig < SIGSYS + 1; sig++) {
		if (signal_names[sig] && strcasecmp(signal_names[sig], name) == 0)
			return sig;
	}
	return strcasecmp(name, "IOT") == 0   ? SIGABRT
	       : strcasecmp(name, "IO") == 0  ? SIGIO
	       : strcasecmp(name, "CLD") == 0 ? SIGCHLD
					      : -EINVAL;
}

#include "librunner/process.h"

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "librunner/container-state.h"
#include "tests/tap.h"

static void test_names(void)
{
	check_int(signal_from_name("KILL"), SIGKILL);
	check_int(signal_from_name("SIGTERM"), SIGTERM);
	check_int(signal_from_name("sigusr1"), SIGUSR1);
	check_int(signal_from_name("15"), 15);
	check_int(signal_from_name("RTMIN"), SIGRTMIN);
	check_int(signal_from_name("SIGRTMIN+4"), SIGRTMIN + 4);
	check_int(signal_from_name("RTMAX-1"), SIGRTMAX - 1);
	check_int(signal_from_name("IOT"), SIGABRT);
	check_int(signal_from_name(""), -EINVAL);
	check_int(signal_from_name("0"), -EINVAL);
	check_int(signal_from_name("65"), -EINVAL);
	check_int(signal_from_name("SIG"), -EINVAL);
	check_int(signal_from_name("NOSUCH"), -EINVAL);
	check_int(signal_from_name("RTMIN+99"), -EINVAL);
	check_int(signal_from_name("RTMIN-1"), -EINVAL);
}

static void test_pidfd(void)
{
	pid_t pid = fork();
	int64_t start;
	int fd, status = 0;

	if (pid == 0) {
		pause();
		_exit(0);
	}
	start = process_start_time(pid);
	fd = process_open(pid, start);
	check(fd >= 0);
	check_int(process_open(pid, start + 1), -ESRCH);
	check_int(process_wait_status(fd, &status), -EAGAIN);
	check_int(process_signal(fd, SIGTERM), 0);
	check_int(waitpid(pid, NULL, 0), pid);
	if (process_wait_status(fd, &status) != -EOPNOTSUPP)
		check_int(process_exit_code(status), 128 + SIGTERM);
	check_int(process_signal(fd, SIGTERM), -ESRCH);
	check_int(process_open(pid, start), -ESRCH);
	(void)close(fd);
}

int main(void)
{
	test_names();
	test_pidfd();
	return tap_done();
}

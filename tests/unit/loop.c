#include "libcommon/loop.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/tap.h"

typedef struct Seen {
	Loop *loop;
	LoopSource *source;
	char data[8];
	int count, status, sig;
	uint32_t events;
} Seen;

static void on_readable(int fd, uint32_t events, void *userdata)
{
	Seen *seen = userdata;
	ssize_t n = read(fd, seen->data, sizeof(seen->data) - 1);

	seen->count++;
	seen->events = events;
	if (n > 0)
		return;
	/* A source may free itself while it is called. */
	seen->source = loop_source_free(seen->source);
	loop_exit(seen->loop, 7);
}

static void test_fd(void)
{
	cleanup(loop_freep) Loop *loop = loop_new();
	Seen seen = { .loop = loop };
	int pipes[2];

	errno = 0;
	check(loop_add_fd(loop, 999, EPOLLIN, on_readable, &seen) == NULL);
	check_int(errno, EBADF);
	check_int(pipe(pipes), 0);
	seen.source = loop_add_fd(loop, pipes[0], EPOLLIN, on_readable, &seen);
	check_int(loop_iterate(loop, 0), 0);
	check_int(write(pipes[1], "hi", 2), 2);
	check(loop_iterate(loop, 1000000) > 0);
	check_str(seen.data, "hi");
	loop_source_set_events(seen.source, 0);
	close(pipes[1]);
	check_int(loop_iterate(loop, 1000), 0);
	loop_source_set_events(seen.source, EPOLLIN);
	check_int(loop_run(loop), 7);
	check_int(seen.count, 2);
	check(seen.source == NULL);
	close(pipes[0]);
}

static void test_always_ready(void)
{
	cleanup(loop_freep) Loop *loop = loop_new();
	cleanup_fd int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	Seen seen = { .loop = loop };

	seen.source = loop_add_fd(loop, null, EPOLLIN, on_readable, &seen);
	check(seen.source != NULL);
	loop_source_set_events(seen.source, 0);
	check_int(loop_iterate(loop, 1000), 0);
	loop_source_set_events(seen.source, EPOLLIN);
	check_int(loop_run(loop), 7);
	check_int(seen.events, EPOLLIN);
	check_int(loop_iterate(loop, 0), -ESTALE);
}

static void on_plain(void *userdata)
{
	Seen *seen = userdata;

	seen->count++;
	loop_exit(seen->loop, seen->count);
}

static void test_timer(void)
{
	cleanup(loop_freep) Loop *loop = loop_new();
	Seen seen = { .loop = loop };
	LoopSource *s = loop_add_timer(loop, UINT64_MAX, on_plain, &seen);
	uint64_t start = now_usec(), took;

	check_int(loop_iterate(loop, 1000), 0);
	loop_source_rearm(s, 30000);
	check_int(loop_run(loop), 1);
	took = now_usec() - start;
	check(took >= 30000 && took < 230000);
}

static void test_rearm(void)
{
	cleanup(loop_freep) Loop *loop = loop_new();
	Seen seen = { .loop = loop };
	LoopSource *s = loop_add_timer(loop, 0, on_plain, &seen);

	(void)loop_add_defer(loop, on_plain, &seen);
	check(loop_iterate(loop, 1000000) > 0);
	loop_source_rearm(s, 0);
	check(seen.count >= 1);
}

static void on_signal(const struct signalfd_siginfo *si, void *userdata)
{
	Seen *seen = userdata;

	seen->sig = (int)si->ssi_signo;
	loop_exit(seen->loop, 0);
}

static void test_signal(void)
{
	cleanup(loop_freep) Loop *loop = loop_new();
	Seen seen = { .loop = loop };

	check(loop_add_signal(loop, SIGUSR1, on_signal, &seen) != NULL);
	check(loop_add_signal(loop, SIGUSR1, on_signal, &seen) == NULL);
	check_int(raise(SIGUSR1), 0);
	check_int(loop_run(loop), 0);
	check_int(seen.sig, SIGUSR1);
}

static void on_child(pid_t pid, int status, void *userdata)
{
	Seen *seen = userdata;

	(void)pid;
	seen->status = status;
	seen->source = loop_source_free(seen->source);
	loop_exit(seen->loop, 0);
}

static int child_status(int code, int sig)
{
	cleanup(loop_freep) Loop *loop = loop_new();
	Seen seen = { .loop = loop };
	pid_t pid = fork();

	if (pid == 0) {
		if (sig)
			(void)raise(sig);
		_exit(code);
	}
	seen.source = loop_add_child(loop, pid, on_child, &seen);
	check_int(loop_run(loop), 0);
	check_int(waitpid(pid, NULL, WNOHANG), -1);
	errno = 0;
	check(loop_add_child(loop, pid, on_child, &seen) == NULL && errno == ESRCH);
	return seen.status;
}

int main(void)
{
	test_fd();
	test_always_ready();
	test_timer();
	test_rearm();
	test_signal();
	check_int(WEXITSTATUS(child_status(42, 0)), 42);
	check_int(WTERMSIG(child_status(0, SIGKILL)), SIGKILL);
	return tap_done();
}

#include "librunner/enter-running.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/spawn.h"
#include "libcommon/str.h"
#include "librunner/container-state.h"
#include "librunner/enter.h"
#include "librunner/init-spec.h"
#include "librunner/process.h"
#include "librunner/terminal-relay.h"

#define HELLO_TIMEOUT_MS 10000
#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define STATUS_CANNOT_RUN 126
#define STATUS_NOT_FOUND 127

typedef struct Entering {
	pid_t leader, pid;
	int pidfd;
	int init; /* our end of racker-init's socket */
	char *token;
	int master, slave; /* -1: our own streams */
} Entering;

static void entering_clear(Entering *e)
{
	(void)fd_close(e->pidfd);
	(void)fd_close(e->init);
	(void)fd_close(e->master);
	(void)fd_close(e->slave);
	free(e->token);
}

static int start_init(Entering *e, Error **err)
{
	cleanup_free char *program = helper_path("racker-init");
	cleanup_fd int theirs = -1;
	int pair[2], r = init_socketpair(pair, err);

	if (r < 0)
		return r;
	e->init = pair[0];
	theirs = pair[1];
	e->token = init_token();
	return enter_container(e->leader, program, theirs, e->token, &e->pid, &e->pidfd, err);
}

static int wait_readable(int fd, Error **err)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int r;

	do
		r = poll(&p, 1, HELLO_TIMEOUT_MS);
	while (r < 0 && errno == EINTR);
	return r > 0 ? 0 : error_set(err, ETIMEDOUT, "racker-init does not answer");
}

/* bash where the container has it. */
static char **shell_argv(pid_t leader)
{
	cleanup_free char *path = xasprintf("/proc/%d/root", (int)leader);
	cleanup_fd int root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC), bash = -1;
	char **argv = NULL;

	if (root >= 0)
		bash = fs_open_in_root(root, "/bin/bash", O_PATH, 0);
	strv_add(&argv, bash >= 0 ? "/bin/bash" : "/bin/sh");
	strv_add(&argv, "-l");
	return argv;
}

static char **enter_env(const Container *c, bool tty)
{
	char **env = NULL;

	strv_add(&env, "PATH=" DEFAULT_PATH);
	if (tty)
		env_set(&env, "TERM", getenv("TERM") ? getenv("TERM") : "xterm");
	STRV_FOREACH(it, c->config.env) {
		cleanup_free char *name = xstrndup(*it, strcspn(*it, "="));
		const char *equals = strchr(*it, '=');

		if (equals)
			env_set(&env, name, equals + 1);
	}
	return env;
}

static int open_terminal(Entering *e, Error **err)
{
	struct winsize size;
	int r = init_open_pty_of(e->leader, &e->master, &e->slave, err);

	if (r >= 0 && ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0)
		(void)ioctl(e->master, TIOCSWINSZ, &size);
	return r;
}

static int send_spec(Entering *e, const Container *c, char *const *argv, Error **err)
{
	bool tty = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	cleanup_strv char **shell = argv ? NULL : shell_argv(e->leader);
	cleanup_strv char **env = enter_env(c, tty);
	InitSpec spec = {
		.mode = INIT_MODE_EXEC,
		.argv = argv ? argv : shell,
		.env = env,
		.tty = tty,
		.caps = process_bounding_caps(e->leader),
	};
	cleanup_fd int file = init_spec_memfd(&spec, err);
	int stdio[3] = { STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO }, r;

	if (file < 0)
		return file;
	if (tty) {
		r = open_terminal(e, err);
		if (r < 0)
			return r;
		stdio[0] = stdio[1] = stdio[2] = e->slave;
	}
	r = init_go(e->init, stdio, file, -1, err);
	e->slave = fd_close(e->slave);
	return r;
}

/* 0: the command runs. */
static int wait_started(Entering *e, Error **err)
{
	cleanup_free char *text = NULL;
	int code = 0, r = wait_readable(e->init, err);

	if (r < 0)
		return r;
	r = init_result(e->init, &code, &text);
	if (r == 1)
		return 0;
	if (r == 2)
		return error_set(err,
				 code == STATUS_NOT_FOUND    ? ENOENT
				 : code == STATUS_CANNOT_RUN ? EACCES
							     : EIO,
				 "%s", text);
	return error_set(err, EIO, "the command could not be started");
}

static int run_entered(Entering *e, const Container *c, char *const *argv, Error **err)
{
	int r = start_init(e, err);

	if (r >= 0)
		r = wait_readable(e->init, err);
	if (r >= 0 && init_hello(e->init, e->token) != 1)
		r = error_set(err, EPROTO, "racker-init does not introduce itself");
	if (r >= 0)
		r = send_spec(e, c, argv, err);
	if (r >= 0)
		r = wait_started(e, err);
	if (r < 0)
		return r;
	if (e->master >= 0)
		terminal_relay(e->master, e->pidfd);
	return spawn_wait(e->pid);
}

int container_enter_running(Runtime *rt, const Container *c, char *const *argv, Error **err)
{
	cleanup(entering_clear) Entering e = {
		.leader = (pid_t)c->state.pid, .pidfd = -1, .init = -1, .master = -1, .slave = -1
	};
	struct sigaction ignore = { .sa_handler = SIG_IGN }, interrupt, quit;
	int r;

	(void)rt;
	if (streq_null(c->state.status, "paused"))
		return error_set(err, EBUSY, "container %s is paused: unpause it first", c->name);
	if (!process_alive(c->state.pid, c->state.pid_start))
		return error_set(err, ESRCH, "container %s is not running", c->name);
	/* Without a terminal of its own the command gets what is typed at ours. */
	(void)sigaction(SIGINT, &ignore, &interrupt);
	(void)sigaction(SIGQUIT, &ignore, &quit);
	r = run_entered(&e, c, argv, err);
	(void)sigaction(SIGINT, &interrupt, NULL);
	(void)sigaction(SIGQUIT, &quit, NULL);
	return r;
}

/*
 * racker-monitor ROOT ID [service]: watches one container from its start to its end. Descriptor 3
 * is the connection of whoever starts it, 4 its start lock (container-store.h); for a service of
 * systemd (placement.h) they come over a socket.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/container-store.h"
#include "librunner/host-mounts.h"
#include "librunner/monitor/payload.h"
#include "librunner/placement.h"
#include "librunner/rootfs.h"

#define FIRST_CLIENT 3
#define START_LOCK 4
#define LOCK_FILE "monitor.lock"
#define LOCK_PAUSE_NSEC 20000000
#define LOCK_ATTEMPTS 1500

static int open_dirs(Monitor *m, Error **err)
{
	m->rundirfd = container_rundir_open(m->rt, m->c->id, err);
	if (m->rundirfd < 0)
		return m->rundirfd;
	m->dirfd = fs_open_dir(AT_FDCWD, m->dir);
	if (m->dirfd < 0)
		return error_errno(err, -m->dirfd, "open %s", m->dir);
	return 0;
}

static bool is_running(Monitor *m)
{
	ContainerState s = { 0 };
	bool running = container_state_read(m->rt, m->c->id, &s, NULL) >= 0 && s.status &&
		       streq(s.status, "running") && process_alive(s.monitor_pid, s.monitor_start);

	json_clear(&container_state_type, &s);
	return running;
}

/* There is one monitor for a container. The last one may still be writing back its file system. */
static int take_lock(Monitor *m, Error **err)
{
	struct timespec pause = { .tv_nsec = LOCK_PAUSE_NSEC };

	for (unsigned i = 0; i < LOCK_ATTEMPTS; i++) {
		m->lock = fs_lock(m->dirfd, LOCK_FILE, LOCK_EX | LOCK_NB);
		if (m->lock != -EWOULDBLOCK)
			return m->lock < 0
				       ? error_errno(err, -m->lock, "lock %s/" LOCK_FILE, m->dir)
				       : 0;
		if (is_running(m))
			return error_set(err, EALREADY, "the container is running");
		(void)nanosleep(&pause, NULL);
	}
	return error_set(err, ETIMEDOUT, "the last run of the container does not end");
}

static void keep(char **to, char **from)
{
	free(*to);
	*to = str_empty(*from) ? xstrdup(TIMESTAMP_ZERO) : xstrdup(*from);
}

/* From here on other commands know that this container is ours. */
static int claim_state(Monitor *m)
{
	ContainerState *s = &m->c->state;

	free(s->status);
	s->status = xstrdup("running");
	free(s->error);
	s->error = xstrdup("");
	s->exit_code = 0;
	s->oom_killed = s->manually_stopped = false;
	s->restart_count = 0;
	s->pid = s->pid_start = 0;
	s->monitor_pid = getpid();
	s->monitor_start = process_start_time(s->monitor_pid);
	free(s->boot_id);
	s->boot_id = kernel_boot_id();
	keep(&m->before_started, &s->started_at);
	keep(&m->before_finished, &s->finished_at);
	free(s->started_at);
	s->started_at = timestamp_now();
	free(s->finished_at);
	s->finished_at = xstrdup(TIMESTAMP_ZERO);
	return monitor_write_state(m);
}

static int monitor_open(Monitor *m, const char *root, const char *id, Error **err)
{
	/* First of all: the kernel mounts an overlay only on directories that were opened in the
	 * mount namespace it is mounted in. */
	int r;

	m->host_mounts = host_mounts_open();
	r = rootfs_private(err);
	if (r >= 0)
		r = runtime_open_monitor(root, &m->rt, err);
	if (r >= 0)
		r = container_load(m->rt, id, &m->c, err);
	if (r < 0)
		return r;
	m->dir = xasprintf("%s/containers/%s", m->rt->root, id);
	m->rundir = container_rundir(m->rt, id);
	m->run = run_new(m->c);
	r = open_dirs(m, err);
	if (r >= 0)
		r = take_lock(m, err);
	if (r < 0)
		return r;
	r = log_writer_open(m->loop, m->c, m->dirfd, &m->log, err);
	if (r >= 0)
		r = client_listen(m, err);
	if (r < 0)
		return r;
	/* Who sees the state can connect. */
	r = claim_state(m);
	if (r < 0)
		return error_errno(err, -r, "write the state of the container");
	(void)fd_close(START_LOCK);
	return 0;
}

/* These kinds say that the command cannot be run; here it is not to blame. */
static void clear_command(Error *e)
{
	if (e->errnum == ENOENT || e->errnum == EACCES)
		e->errnum = EIO;
}

/* Ends a monitor that did not get as far as to own a container. */
static int refuse(int fd, Error *e)
{
	MonitorFailure f = { .message = e->msg };

	clear_command(e);
	f.errnum = e->errnum;
	(void)monitor_send_json(fd, MSG_FAILED, &monitor_failure_type, &f, -1, 0);
	log_message(LOG_LEVEL_ERROR, "%s", e->msg);
	return 1;
}

/* The host goes down, or whoever looks after its services: the container ends in order, and its
 * policy counts for the next boot. */
static void on_terminate(const struct signalfd_siginfo *si, void *userdata)
{
	Monitor *m = userdata;

	(void)si;
	m->stop_requested = true;
	m->restart_asked = false;
	monitor_stop(m, -1, 0);
}

static int watch(Monitor *m)
{
	Client *first;

	(void)prctl(PR_SET_CHILD_SUBREAPER, 1);
	(void)fd_set_nonblock(FIRST_CLIENT, true);
	(void)fd_set_cloexec(FIRST_CLIENT, true);
	first = client_new(m, FIRST_CLIENT);
	first->first = true;
	(void)loop_add_signal(m->loop, SIGTERM, on_terminate, m);
	run_begin(m);
	return loop_run(m->loop);
}

/* Puts the descriptors where they are when racker itself has started us. */
static int take_descriptors(Error **err)
{
	static const int wanted[PLACEMENT_FDS] = { FIRST_CLIENT, START_LOCK, STDERR_FILENO };
	int fds[PLACEMENT_FDS], high[PLACEMENT_FDS], r = placement_receive(fds, err);

	/* None may be overwritten before it is where it belongs. */
	for (unsigned i = 0; i < PLACEMENT_FDS && r >= 0; i++) {
		high[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, 10);
		r = high[i] < 0 ? error_errno(err, errno, "keep a descriptor") : 0;
		(void)fd_close(fds[i]);
	}
	for (unsigned i = 0; i < PLACEMENT_FDS && r >= 0; i++) {
		if (dup2(high[i], wanted[i]) < 0)
			r = error_errno(err, errno, "arrange the descriptors of the service");
		(void)fd_close(high[i]);
	}
	(void)fd_set_cloexec(START_LOCK, true);
	return r;
}

/* Nobody's child: whoever started it does not wait for it. */
static int go_into_background(void)
{
	pid_t pid = fork();

	return pid < 0 ? -errno : pid > 0;
}

int main(int argc, char **argv)
{
	/* What it holds at the end is not lost: leak checkers look here. */
	static Monitor m = {
		.dirfd = -1, .rundirfd = -1, .lock = -1, .listener = -1, .seccomp_fd = -1
	};
	cleanup_error Error *e = NULL;
	bool service = argc == 4 && streq(argv[3], "service");
	int r;

	if (argc != 3 && !service) {
		(void)fprintf(stderr, "usage: racker-monitor ROOT ID (started by racker)\n");
		return 125;
	}
	/* Known from now on: in a chroot, /proc/self/exe is of no use after rootfs_private(). */
	free(program_dir());
	r = service ? take_descriptors(&e) : go_into_background();
	if (r != 0)
		return r < 0 ? 125 : 0;
	(void)prctl(PR_SET_NAME, "racker-monitor");
	(void)signal(SIGPIPE, SIG_IGN);
	m.loop = loop_new();
	if ((service && placement_settle(&e) < 0) || monitor_open(&m, argv[1], argv[2], &e) < 0)
		return refuse(FIRST_CLIENT, e);
	return watch(&m);
}

#include "librunner/provision-run.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/spawn.h"
#include "libcommon/str.h"
#include "librunner/cgroup.h"
#include "librunner/provision-child.h"

/* Lines that a failure shows. */
#define SHOWN_LINES 20
/* A longer line of output is cut. */
#define MAX_LINE 4096
/* How long killed processes may take to end. */
#define KILL_TRIES 100
#define KILL_WAIT_MS 20
/* What the child may say about its failure. */
#define MAX_REPORT 8192

/* Its report is the error's number and text; nothing when all went well. */
static void child_main(const ProvisionRun *run, pid_t parent, int output, int report)
	__attribute__((noreturn));

static void child_main(const ProvisionRun *run, pid_t parent, int output, int report)
{
	cleanup_error Error *err = NULL;

	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent || dup2(output, 1) < 0 || dup2(output, 2) < 0)
		_exit(1);
	if (provision_child(run, &err) < 0) {
		/* Nobody is left who would do it. */
		if (getppid() != parent)
			(void)fs_remove_tree(AT_FDCWD, run->dir);
		(void)fd_write_all(report, &err->errnum, sizeof(err->errnum));
		(void)fd_write_all(report, err->msg, strlen(err->msg));
		_exit(1);
	}
	_exit(0);
}

/* ---- the parent: what the child says ---- */

typedef struct Output {
	const ProvisionRun *run;
	int log;
	char *lines[SHOWN_LINES]; /* the last ones, a ring */
	size_t n;
} Output;

static void output_line(Output *o, const char *line)
{
	char **slot;

	/* What systemd-nspawn says where /run is on disk; it means nothing. */
	if (startswith(line, "Attempted to remove disk file system under "))
		return;
	slot = &o->lines[o->n++ % SHOWN_LINES];
	free(*slot);
	*slot = xstrdup(line);
	if (o->run->rt->debug && o->run->rt->notice)
		o->run->rt->notice(line, o->run->rt->userdata);
}

static void output_read(Output *o, int fd)
{
	FILE *f = fdopen(fd, "r");
	char line[MAX_LINE];

	while (f && fgets(line, sizeof(line), f)) {
		(void)fd_write_all(o->log, line, strlen(line));
		line[strcspn(line, "\r\n")] = '\0';
		output_line(o, line);
	}
	if (f)
		(void)fclose(f);
}

/* The package manager's own words come before the error that sums them up. */
static void output_show(const Output *o)
{
	const Runtime *rt = o->run->rt;

	for (size_t i = o->n > SHOWN_LINES ? o->n - SHOWN_LINES : 0; i < o->n; i++)
		if (rt->notice && !rt->debug)
			rt->notice(o->lines[i % SHOWN_LINES], rt->userdata);
}

static void output_clear(Output *o)
{
	(void)fd_close(o->log);
	for (size_t i = 0; i < SHOWN_LINES; i++)
		free(o->lines[i]);
}

/* What a child that was killed could not take down any more. */
static void kill_rest(const ProvisionRun *run)
{
	cleanup_fd int dirfd = fs_open_dir(AT_FDCWD, run->dir);
	cleanup_cgroup Cgroup *cg = NULL;

	if (dirfd < 0 || cgroup_open(dirfd, &cg, NULL) < 0)
		return;
	(void)cgroup_kill(cg);
	for (int tries = 0; tries < KILL_TRIES && cgroup_empty(cg) == 0; tries++)
		(void)poll(NULL, 0, KILL_WAIT_MS);
	(void)cgroup_remove(cg, NULL);
}

static int read_report(int fd, Error **err)
{
	char buf[MAX_REPORT];
	ssize_t n = fd_read_full(fd, buf, sizeof(buf) - 1);
	int errnum;

	if (n < (ssize_t)sizeof(errnum))
		return error_set(err, EIO, "the child process was killed");
	memcpy(&errnum, buf, sizeof(errnum));
	buf[n] = '\0';
	return error_set(err, errnum, "%s", buf + sizeof(errnum));
}

static int follow(const ProvisionRun *run, Output *o, pid_t pid, int output, int report,
		  Error **err)
{
	cleanup_error Error *e = NULL;
	int r;

	output_read(o, output);
	if (spawn_wait(pid) == 0)
		return 0;
	r = read_report(report, &e);
	kill_rest(run);
	if (r != -EINTR)
		output_show(o);
	return error_set(err, -r, "provision %s: %s (see %s)", run->name, e->msg, run->log);
}

int provision_run(const ProvisionRun *run, Error **err)
{
	cleanup(output_clear) Output o = { .run = run, .log = -1 };
	cleanup_fd int output = -1, report = -1, output_w = -1, report_w = -1;
	int a[2], b[2];
	pid_t pid, parent = getpid();

	o.log = open(run->log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (o.log < 0)
		return error_errno(err, errno, "open %s", run->log);
	if (pipe2(a, O_CLOEXEC) < 0)
		return error_errno(err, errno, "make a pipe");
	output = a[0];
	output_w = a[1];
	if (pipe2(b, O_CLOEXEC) < 0)
		return error_errno(err, errno, "make a pipe");
	report = b[0];
	report_w = b[1];
	pid = fork();
	if (pid < 0)
		return error_errno(err, errno, "fork");
	if (pid == 0)
		child_main(run, parent, output_w, report_w);
	output_w = fd_close(output_w);
	report_w = fd_close(report_w);
	return follow(run, &o, pid, steal_fd(&output), report, err);
}

#include "racker/parallel.h"

#include <fcntl.h>
#include <sys/wait.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/spawn.h"
#include "libcommon/str.h"

/* Acts at one time, as in Docker's client. */
#define PARALLEL_MAX 50
/* An error is one line. */
#define ERROR_MAX_SIZE (64 << 10)

typedef struct Job {
	pid_t pid; /* 0: it could not be started */
	int errors; /* reads the error as its kind and its message */
} Job;

static int act_and_report(Engine *e, const char *operand, const ParallelAct *act, int fd)
{
	cleanup_error Error *err = NULL;

	if (act->act(e, operand, act->userdata, &err) >= 0)
		return 0;
	(void)fd_write_all(fd, &err->errnum, sizeof(err->errnum));
	(void)fd_write_all(fd, err->msg, strlen(err->msg));
	return 1;
}

static int job_start(Job *job, Engine *e, const char *operand, const ParallelAct *act, Error **err)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return error_errno(err, errno, "make a pipe");
	job->pid = fork();
	if (job->pid == 0) {
		(void)fd_close(fds[0]);
		_exit(act_and_report(e, operand, act, fds[1]));
	}
	(void)fd_close(fds[1]);
	job->errors = fds[0];
	if (job->pid > 0)
		return 0;
	job->errors = fd_close(job->errors);
	job->pid = 0;
	return error_errno(err, errno, "start a process");
}

/* Waits for the end; the error that the process wrote, or how it ended otherwise. */
static int job_finish(Job *job, Error **err)
{
	cleanup_strbuf Strbuf text = STRBUF_INIT;
	cleanup_fd int fd = steal_fd(&job->errors);
	int errnum = 0, status;
	ssize_t n;

	if (fd_read_full(fd, &errnum, sizeof(errnum)) == sizeof(errnum)) {
		n = fd_read_full(fd, strbuf_reserve(&text, ERROR_MAX_SIZE), ERROR_MAX_SIZE);
		text.len = n > 0 ? (size_t)n : 0;
		text.data[text.len] = '\0';
	}
	status = spawn_wait(job->pid);
	if (errnum)
		return error_set(err, errnum, "%s", text.data);
	return status ? error_set(err, EIO, "the process ended with status %d", status) : 0;
}

static int job_show(const Cli *cli, Job *job, const char *operand, const ParallelAct *act)
{
	cleanup_error Error *err = NULL;
	int r = job_finish(job, &err);

	if (r >= 0) {
		puts(operand);
		return 0;
	}
	/* What was printed so far belongs in front of the error. */
	(void)fflush(stdout);
	cli_print_error(cli, err);
	return act->harmless && err->errnum == act->harmless ? 0 : 1;
}

/* At most PARALLEL_MAX operands. */
static int run_batch(const Cli *cli, Engine *e, char *const *operands, size_t n,
		     const ParallelAct *act)
{
	Job jobs[PARALLEL_MAX] = { 0 };
	int status = 0;

	(void)fflush(NULL);
	for (size_t i = 0; i < n; i++) {
		cleanup_error Error *err = NULL;

		if (job_start(&jobs[i], e, operands[i], act, &err) >= 0)
			continue;
		cli_print_error(cli, err);
		status = 1;
	}
	for (size_t i = 0; i < n; i++)
		if (jobs[i].pid > 0)
			status |= job_show(cli, &jobs[i], operands[i], act);
	return status;
}

int parallel_for_each(const Cli *cli, Engine *e, char *const *operands, const ParallelAct *act)
{
	size_t left = strv_length(operands);
	int status = 0;

	while (left > 0) {
		size_t n = left < PARALLEL_MAX ? left : PARALLEL_MAX;

		status |= run_batch(cli, e, operands, n, act);
		operands += n;
		left -= n;
	}
	return status;
}

#include "librunner/log-console.h"

#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "librunner/container-state.h"
#include "librunner/log-files-tail.h"
#include "librunner/log-watch.h"

/* As the monitor names it. */
#define CONSOLE_LOG "console.log"
#define READ_SIZE (64 << 10)
/* Longer lines do not count for --tail. */
#define LINE_MAX_SIZE (1 << 20)

static bool every_line(const char *line, size_t n, void *userdata)
{
	(void)line;
	(void)n;
	(void)userdata;
	return true;
}

static int copy(int fd, const LogOutput *o, Error **err)
{
	cleanup_free char *buffer = xmalloc(READ_SIZE);
	ssize_t n;
	int r;

	while ((n = read(fd, buffer, READ_SIZE)) > 0) {
		r = fd_write_all(o->out, buffer, (size_t)n);
		if (r < 0)
			return error_errno(err, -r, "write the log");
	}
	return n < 0 ? error_errno(err, errno, "read " CONSOLE_LOG) : 0;
}

static int seek_tail(int fd, int64_t tail)
{
	TailCount count = { .wanted = (uint64_t)tail,
			    .line_max = LINE_MAX_SIZE,
			    .counts = every_line };
	int r = tail_count(&count, fd);

	return r == 0 && lseek(fd, 0, SEEK_SET) < 0 ? -errno : r;
}

static int follow(Runtime *rt, const Container *c, int fd, LogOutput *o, Error **err)
{
	cleanup_log_watch LogWatch w = { .changes = -1, .monitor = -1 };
	int r = log_watch_open(rt, c, &w, err), more = 1;

	while (r >= 0 && more > 0) {
		r = copy(fd, o, err);
		if (r >= 0)
			more = log_watch_wait(&w, -1, o->until, err);
	}
	return r < 0 ? r : more < 0 ? more : copy(fd, o, err);
}

int logs_from_console(Runtime *rt, const Container *c, int dirfd, const LogsOptions *options,
		      LogOutput *o, Error **err)
{
	cleanup_fd int fd = openat(dirfd, CONSOLE_LOG, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int r = 0;

	if (options->timestamps || options->since)
		return error_set(err, EINVAL,
				 "what stands on the console has no times: --since and "
				 "--timestamps do not go with --boot");
	/* It was never started. */
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return error_errno(err, errno, "open " CONSOLE_LOG);
	if (options->tail >= 0)
		r = seek_tail(fd, options->tail);
	if (r < 0)
		return error_errno(err, -r, "read " CONSOLE_LOG);
	return options->follow && container_is_running(c) ? follow(rt, c, fd, o, err)
							  : copy(fd, o, err);
}

#include "librunner/log-console.h"

#include "libcommon/fs.h"
#include "librunner/container-state.h"
#include "librunner/log-files.h"
#include "librunner/log-watch.h"

/* As the monitor names it. */
#define CONSOLE_LOG "console.log"
/* Longer lines are left out. */
#define LINE_MAX_SIZE (64 << 10)

static bool every_line(const char *line, size_t n, void *userdata)
{
	(void)line;
	(void)n;
	(void)userdata;
	return true;
}

static int copy(LogFiles *files, const LogOutput *o, Error **err)
{
	const char *line;
	size_t n;
	int r;

	while ((r = log_files_line(files, &line, &n, err)) > 0) {
		/* The newline stands behind it. */
		r = fd_write_all(o->out, line, n + 1);
		if (r < 0)
			return error_errno(err, -r, "write the log");
	}
	return r;
}

static int follow(Runtime *rt, const Container *c, LogFiles *files, const LogOutput *o, Error **err)
{
	cleanup_log_watch LogWatch w = { .changes = -1, .monitor = -1 };
	int r = log_watch_open(rt, c, &w, err), more = 1;

	while (r >= 0 && more > 0) {
		r = copy(files, o, err);
		if (r >= 0)
			more = log_watch_wait(&w, -1, o->until, err);
	}
	return r < 0 ? r : more < 0 ? more : copy(files, o, err);
}

int logs_from_console(Runtime *rt, const Container *c, int dirfd, const LogsOptions *options,
		      LogOutput *o, Error **err)
{
	cleanup_log_files LogFiles *files = NULL;
	int r;

	if (options->timestamps || options->since)
		return error_set(err, EINVAL,
				 "what stands on the console has no times: --since and "
				 "--timestamps do not go with --boot");
	r = log_files_open(dirfd, CONSOLE_LOG, LINE_MAX_SIZE, &files, err);
	if (r >= 0 && options->tail >= 0)
		r = log_files_seek_tail(files, (uint64_t)options->tail, every_line, NULL, err);
	if (r < 0)
		return error_prefix(err, r, "read the console log");
	return options->follow && container_is_running(c) ? follow(rt, c, files, o, err)
							  : copy(files, o, err);
}

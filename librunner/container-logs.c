#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "libcommon/timestamp.h"
#include "librunner/container-state.h"
#include "librunner/container-store.h"
#include "librunner/container.h"
#include "librunner/log-journal.h"
#include "librunner/log-output.h"
#include "librunner/log-reader.h"
#include "librunner/process.h"

#define NSEC_PER_MSEC 1000000

/* What tells that a container's log has grown or come to its end. */
typedef struct Watch {
	int changes; /* inotify on the container's directory */
	int monitor; /* a pidfd, or -1 when it has ended */
} Watch;

static void watch_clear(Watch *w)
{
	w->changes = fd_close(w->changes);
	w->monitor = fd_close(w->monitor);
}

static int watch_open(Watch *w, Runtime *rt, const Container *c, Error **err)
{
	cleanup_free char *path = xasprintf("%s/containers/%s", rt->root, c->id);

	w->monitor = process_open((pid_t)c->state.monitor_pid, c->state.monitor_start);
	w->changes = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (w->changes < 0)
		return error_errno(err, errno,
				   "watch the log (fs.inotify.max_user_instances is the limit)");
	if (inotify_add_watch(w->changes, path, IN_MODIFY | IN_CREATE) < 0)
		return error_errno(err, errno, "watch %s", path);
	return 0;
}

/* Waits for the log to grow (1) or the monitor or the time that is asked for to end (0). */
static int watch_wait(Watch *w, int64_t until)
{
	struct pollfd fds[] = { { .fd = w->changes, .events = POLLIN },
				{ .fd = w->monitor, .events = POLLIN } };
	int64_t left = until == INT64_MAX ? -1 : (until - timestamp_current()) / NSEC_PER_MSEC + 1;
	char events[4096];
	int n;

	if (w->monitor < 0 || (until != INT64_MAX && left <= 0))
		return 0;
	n = poll(fds, 2, left > INT32_MAX ? INT32_MAX : (int)left);
	if (n < 0)
		return errno == EINTR ? 1 : -errno;
	while (read(w->changes, events, sizeof(events)) > 0)
		;
	return n > 0 && fds[1].revents == 0;
}

static int follow_file(Runtime *rt, const Container *c, LogReader *reader, LogOutput *o,
		       Error **err)
{
	cleanup(watch_clear) Watch w = { -1, -1 };
	int r = watch_open(&w, rt, c, err), more = 1;

	/* First copy, then wait: what was written before the watch began is not missed. */
	while (r >= 0 && more) {
		r = log_reader_copy(reader, o, err);
		if (r <= 0)
			break;
		more = watch_wait(&w, o->until);
		if (more < 0)
			return error_errno(err, -more, "wait for the log");
	}
	/* The monitor writes everything before it ends. */
	return r > 0 ? log_reader_copy(reader, o, err) : r;
}

static int logs_from_file(Runtime *rt, const Container *c, const LogsOptions *options, LogOutput *o,
			  Error **err)
{
	cleanup_log_reader LogReader *reader = NULL;
	cleanup_free char *dir = container_dir(c->id);
	cleanup_fd int fd = fs_open_dir(store_fd(rt->store), dir);
	int r;

	if (fd < 0)
		return error_errno(err, -fd, "open %s/%s", rt->root, dir);
	r = log_reader_open(fd, "log.json", options->tail, &reader, err);
	if (r < 0)
		return r;
	if (options->follow && container_is_running(c))
		return follow_file(rt, c, reader, o, err);
	return log_reader_copy(reader, o, err);
}

int container_logs(Runtime *rt, const char *name, const LogsOptions *o, Error **err)
{
	cleanup_container Container *c = NULL;
	cleanup_log_output LogOutput output = { 0 };
	int r = container_find(rt, name, &c, err);

	if (r >= 0)
		r = log_output_init(&output, o, err);
	if (r < 0)
		return r;
	r = c->racker.system ? logs_from_journal(rt, c, o, &output, err)
			     : logs_from_file(rt, c, o, &output, err);
	return r < 0 ? r : 0;
}

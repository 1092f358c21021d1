#include "librunner/log-watch.h"

#include <poll.h>
#include <sys/inotify.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libcommon/timestamp.h"
#include "librunner/container-state.h"
#include "librunner/container-store.h"
#include "librunner/process.h"

#define NSEC_PER_MSEC 1000000

void log_watch_clear(LogWatch *w)
{
	w->changes = fd_close(w->changes);
	w->monitor = fd_close(w->monitor);
	free(w->started_at);
	w->started_at = NULL;
}

/* Whether the run goes on; `paused` is a part of it, `restarting` is between two. */
static bool state_runs(const ContainerState *s)
{
	return s->status && (streq(s->status, "running") || streq(s->status, "paused"));
}

static void look_at_state(LogWatch *w)
{
	ContainerState s = { 0 };

	if (container_state_load(w->rt, w->c->id, &s, NULL) < 0 || !state_runs(&s) ||
	    (w->started_at && !streq_null(w->started_at, s.started_at))) {
		free(w->started_at);
		w->started_at = NULL;
	} else if (!w->started_at) {
		w->started_at = xstrdup(s.started_at);
	}
	json_clear(&container_state_type, &s);
}

int log_watch_open(Runtime *rt, const Container *c, LogWatch *ret, Error **err)
{
	cleanup_free char *path = xasprintf("%s/containers/%s", rt->root, c->id);
	int r = 0;

	*ret = (LogWatch){ .rt = rt, .c = c, .changes = -1, .monitor = -1 };
	ret->monitor = process_open((pid_t)c->state.monitor_pid, c->state.monitor_start);
	ret->changes = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (ret->changes < 0)
		r = error_errno(err, errno,
				"watch the log (fs.inotify.max_user_instances is the limit)");
	else if (inotify_add_watch(ret->changes, path, IN_MODIFY | IN_CREATE | IN_MOVED_TO) < 0)
		r = error_errno(err, errno, "watch %s", path);
	else
		look_at_state(ret);
	return r;
}

/* Takes what has happened in the directory; whether the state was written. */
static bool take_changes(int fd)
{
	char buffer[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	bool state = false;
	ssize_t n;

	while ((n = read(fd, buffer, sizeof(buffer))) > 0) {
		const struct inotify_event *e;

		for (ssize_t at = 0; at < n; at += (ssize_t)(sizeof(*e) + e->len)) {
			e = (const struct inotify_event *)(const void *)(buffer + at);
			state = state || e->mask & IN_Q_OVERFLOW ||
				(e->len && streq(e->name, "state.json"));
		}
	}
	return state;
}

int log_watch_wait(LogWatch *w, int fd, int64_t until, Error **err)
{
	struct pollfd fds[] = { { .fd = w->changes, .events = POLLIN },
				{ .fd = w->monitor, .events = POLLIN },
				{ .fd = fd, .events = POLLIN } };
	int64_t left = -1;

	if (until != INT64_MAX) {
		left = until - timestamp_current();
		left = left <= 0 ? 0 : left / NSEC_PER_MSEC + 1;
	}
	if (!w->started_at || w->monitor < 0 || left == 0)
		return 0;
	if (poll(fds, 3, left > INT32_MAX ? INT32_MAX : (int)left) < 0 && errno != EINTR)
		return error_errno(err, errno, "wait for the log");
	if (take_changes(w->changes))
		look_at_state(w);
	return w->started_at && !fds[1].revents;
}

/* Reading, and waiting for more. */
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "libcommon/log.h"
#include "libcommon/str.h"
#include "libcommon/timestamp.h"
#include "librunner/events-internal.h"
#include "librunner/log-files.h"

#define NSEC_PER_MSEC 1000000

typedef struct Reading {
	LogFiles *files;
	EventFilter *filter;
	int64_t since, until; /* nanoseconds; INT64_MAX: not given */
	int changes; /* inotify */
	int (*each)(const Event *e, void *userdata, Error **err);
	void *userdata;
} Reading;

static void reading_clear(Reading *r)
{
	log_files_free(r->files);
	event_filter_free(r->filter);
	r->changes = fd_close(r->changes);
}

static int read_line(Reading *r, const char *line, size_t n, Error **err)
{
	Event e = { 0 };
	int result = 0;

	if (event_parse(line, n, &e) < 0) {
		log_debug("%s has a line that is no event", EVENTS_FILE);
		return 0;
	}
	if (e.time_nano >= r->since && e.time_nano <= r->until && event_filter_match(r->filter, &e))
		result = r->each(&e, r->userdata, err);
	event_clear(&e);
	return result;
}

/* All that is there. */
static int read_lines(Reading *r, Error **err)
{
	const char *line;
	size_t n;
	int result;

	while ((result = log_files_line(r->files, &line, &n, err)) > 0) {
		result = read_line(r, line, n, err);
		if (result < 0)
			return result;
	}
	return result;
}

static int watch(Reading *r, Runtime *rt, Error **err)
{
	/* The past is only read. */
	if (r->until <= timestamp_current())
		return 0;
	r->changes = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (r->changes < 0)
		return error_errno(err, errno,
				   "watch the events (fs.inotify.max_user_instances is the limit)");
	if (inotify_add_watch(r->changes, rt->root, IN_MODIFY | IN_CREATE | IN_MOVED_TO) < 0)
		return error_errno(err, errno, "watch %s", rt->root);
	return 0;
}

/* 1: something has changed; 0: the time asked for has come. */
static int wait_change(Reading *r, Error **err)
{
	struct pollfd fd = { .fd = r->changes, .events = POLLIN };
	int64_t left =
		r->until == INT64_MAX ? -1 : (r->until - timestamp_current()) / NSEC_PER_MSEC + 1;
	char buffer[4096];

	if (r->until != INT64_MAX && r->until <= timestamp_current())
		return 0;
	if (poll(&fd, 1, left > INT32_MAX ? INT32_MAX : (int)left) < 0 && errno != EINTR)
		return error_errno(err, errno, "wait for events");
	while (read(r->changes, buffer, sizeof(buffer)) > 0)
		;
	return 1;
}

static int follow(Reading *r, Error **err)
{
	int result;

	/* What was written before the watch began is read before the first wait. */
	do
		result = read_lines(r, err);
	while (result >= 0 && (result = wait_change(r, err)) > 0);
	return result;
}

/* Reads the times; *ret_past when events of the past are wanted. */
static int set_bounds(Reading *r, const EventsOptions *o, bool *ret_past, Error **err)
{
	int64_t now = timestamp_current();
	int result = 0;

	*ret_past = !str_empty(o->since) || !str_empty(o->until);
	if (!str_empty(o->since))
		result = timestamp_parse_filter(o->since, now, &r->since, err);
	if (result >= 0 && !str_empty(o->until))
		result = timestamp_parse_filter(o->until, now, &r->until, err);
	if (result >= 0 && r->since > r->until)
		return error_set(err, EINVAL, "`since` time (%s) cannot be after `until` time (%s)",
				 o->since, o->until);
	return result;
}

int events_read(Runtime *rt, const EventsOptions *o,
		int (*each)(const Event *e, void *userdata, Error **err), void *userdata,
		Error **err)
{
	cleanup(reading_clear) Reading reading = { .since = INT64_MIN,
						   .until = INT64_MAX,
						   .changes = -1,
						   .each = each,
						   .userdata = userdata };
	bool past;
	int r = set_bounds(&reading, o, &past, err);

	if (r >= 0)
		r = event_filter_new(o->filters, &reading.filter, err);
	if (r >= 0)
		r = watch(&reading, rt, err);
	if (r >= 0)
		r = log_files_open(store_fd(rt->store), EVENTS_FILE, EVENT_LINE_MAX, &reading.files,
				   err);
	if (r >= 0 && !past)
		r = log_files_seek_end(reading.files, err);
	return r < 0 ? r : follow(&reading, err);
}

#include "libimage/pull-progress.h"

#include <pthread.h>
#include <time.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/json.h"

#define INTERVAL_USEC 100000

struct PullProgress {
	int fd;
	pthread_mutex_t lock; /* one line at a time */
};

PullProgress *pull_progress_new(int fd)
{
	PullProgress *p = xnew0(PullProgress, 1);

	p->fd = fd;
	(void)pthread_mutex_init(&p->lock, NULL);
	return p;
}

PullProgress *pull_progress_free(PullProgress *p)
{
	if (p) {
		(void)pthread_mutex_destroy(&p->lock);
		free(p);
	}
	return NULL;
}

/* Takes ownership of `message`. A listener that has gone is no reason to stop. */
static void emit(PullProgress *p, json_t *message)
{
	cleanup_free char *text = json_text(message);
	cleanup_free char *line = xasprintf("%s\n", text);

	json_decref(message);
	if (p->fd < 0)
		return;
	(void)pthread_mutex_lock(&p->lock);
	(void)fd_write_all(p->fd, line, strlen(line));
	(void)pthread_mutex_unlock(&p->lock);
}

static json_t *status_message(const char *id, const char *status)
{
	json_t *m = json_pack("{s:s}", "status", status);

	if (id)
		(void)json_object_set_new(m, "id", json_string(id));
	return m;
}

void pull_progress_status(PullProgress *p, const char *id, const char *status)
{
	emit(p, status_message(id, status));
}

void pull_progress_statusf(PullProgress *p, const char *id, const char *fmt, ...)
{
	cleanup_free char *status = NULL;
	va_list ap;

	va_start(ap, fmt);
	status = xvasprintf(fmt, ap);
	va_end(ap);
	emit(p, status_message(id, status));
}

void pull_progress_layer(PullProgress *p, const char *id, const char *status)
{
	json_t *m = status_message(id, status);

	(void)json_object_set_new(m, "progressDetail", json_object());
	emit(p, m);
}

void pull_progress_bytes(PullProgress *p, const char *id, const char *status, int64_t current,
			 int64_t total, uint64_t *last)
{
	struct timespec ts;
	uint64_t now;
	json_t *m;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	now = (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
	if (now - *last < INTERVAL_USEC)
		return;
	*last = now;
	m = status_message(id, status);
	(void)json_object_set_new(m, "progressDetail",
				  json_pack("{s:I,s:I}", "current", (json_int_t)current, "total",
					    (json_int_t)total));
	emit(p, m);
}

void pull_progress_warning(PullProgress *p, const char *fmt, ...)
{
	cleanup_free char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	emit(p, json_pack("{s:s}", "warning", text));
}

void pull_progress_result(PullProgress *p, const char *id)
{
	emit(p, json_pack("{s:{s:s}}", "aux", "ID", id));
}

void pull_progress_error(PullProgress *p, const Error *e)
{
	/* A message that is no UTF-8 cannot be said in JSON. */
	const char *text = utf8_valid(e->msg, strlen(e->msg)) ? e->msg : strerror(e->errnum);

	emit(p, json_pack("{s:s,s:{s:i,s:s}}", "error", text, "errorDetail", "code", e->errnum,
			  "message", text));
}

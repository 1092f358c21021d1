/* worker: an action's own process. */
#include "compose/work-internal.h"

#include <signal.h>
#include <time.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"

#define M WorkMessage
static const JsonField work_message_fields[] = {
	JSON_STRING(M, "id", id, JSON_OMIT_EMPTY),
	JSON_STRING(M, "text", text, JSON_OMIT_EMPTY),
	JSON_STRING(M, "detail", detail, JSON_OMIT_EMPTY),
	JSON_STRING(M, "parent", parent, JSON_OMIT_EMPTY),
	JSON_INT(M, "status", status, JSON_OMIT_EMPTY),
	JSON_INT(M, "current", current, JSON_OMIT_EMPTY),
	JSON_INT(M, "total", total, JSON_OMIT_EMPTY),
	JSON_STRING(M, "notice", notice, JSON_OMIT_EMPTY),
	JSON_STRING(M, "result", result, JSON_OMIT_EMPTY),
	JSON_STRING(M, "error", error, JSON_OMIT_EMPTY),
	JSON_INT(M, "errnum", errnum, JSON_OMIT_EMPTY),
	JSON_END,
};
const JsonType work_message_type = { .name = "message",
				     .size = sizeof(M),
				     .fields = work_message_fields };
#undef M

static void send_message(Worker *worker, const WorkMessage *message)
{
	cleanup_json json_t *value = json_encode(&work_message_type, message);
	cleanup_free char *text = json_text(value);
	cleanup_free char *line = xasprintf("%s\n", text);

	if (worker->fd >= 0 && strlen(line) <= WORK_MESSAGE_MAX &&
	    fd_write_all(worker->fd, line, strlen(line)) < 0)
		worker->fd = fd_close(worker->fd);
}

Runtime *worker_runtime(Worker *worker)
{
	return worker->rt;
}

void worker_event(Worker *worker, WorkStatus status, const char *id, const char *text,
		  const char *detail)
{
	WorkMessage m = {
		.id = (char *)id, .text = (char *)text, .detail = (char *)detail, .status = status
	};

	send_message(worker, &m);
}

void worker_notice(Worker *worker, const char *line)
{
	send_message(worker, &(WorkMessage){ .notice = (char *)line });
}

void worker_result(Worker *worker, const char *text)
{
	send_message(worker, &(WorkMessage){ .result = (char *)text });
}

void worker_set_parent(Worker *worker, const char *id)
{
	free(worker->parent);
	worker->parent = xstrdup(id);
}

int worker_sleep(Worker *worker, uint64_t usec)
{
	const struct timespec delay = { .tv_sec = (time_t)(usec / 1000000),
					.tv_nsec = (long)(usec % 1000000 * 1000) };
	sigset_t ends;

	(void)sigemptyset(&ends);
	(void)sigaddset(&ends, SIGTERM);
	/* Who started the work may be gone without having been able to say so. */
	if (sigtimedwait(&ends, NULL, &delay) == SIGTERM || getppid() != worker->owner)
		return -ECANCELED;
	return 0;
}

/* ---- what the runtime tells ---- */

static void tell_notice(const char *line, void *userdata)
{
	worker_notice(userdata, line);
}

static void tell_progress(const json_t *message, void *userdata)
{
	Worker *worker = userdata;
	const json_t *detail = json_object_get(message, "progressDetail");
	const char *warning = json_string_value(json_object_get(message, "warning"));
	const char *id = json_string_value(json_object_get(message, "id"));
	const char *status = json_string_value(json_object_get(message, "status"));
	WorkMessage m = { .id = (char *)id, .text = (char *)status, .parent = worker->parent };

	if (warning)
		worker_notice(worker, warning);
	if (!id || !status || !worker->parent)
		return;
	m.current = json_integer_value(json_object_get(detail, "current"));
	m.total = json_integer_value(json_object_get(detail, "total"));
	if (streq(status, "Pull complete") || streq(status, "Already exists"))
		m.status = WORK_DONE;
	send_message(worker, &m);
}

int worker_main(Worker *worker, int (*act)(Worker *worker, const void *data, Error **err),
		const void *data)
{
	cleanup_error Error *err = NULL;
	Runtime *rt = worker->rt;

	(void)signal(SIGPIPE, SIG_IGN);
	if (rt) {
		rt->notice = tell_notice;
		rt->progress = tell_progress;
		rt->userdata = worker;
	}
	if (act(worker, data, &err) >= 0)
		return 0;
	send_message(worker, &(WorkMessage){ .error = err ? err->msg : (char *)"unknown error",
					     .errnum = err ? err->errnum : EIO });
	return 1;
}

#include "compose/cli/phase.h"

#include <fcntl.h>
#include <sys/wait.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/json.h"
#include "libcommon/str.h"

#define READ_SIZE 65536

struct Phase {
	PhaseSpec spec;
	pid_t pid;
	int fd;
	LoopSource *source;
	Strbuf input;
	Error *error;
};

/* ---- in its process ---- */

typedef struct Teller {
	int fd;
	Display *display; /* NULL: nothing is shown */
} Teller;

static void tell(int fd, json_t *message)
{
	cleanup_free char *text = json_text(message);
	cleanup_free char *line = xasprintf("%s\n", text);

	(void)fd_write_all(fd, line, strlen(line));
	json_decref(message);
}

static void on_event(const WorkEvent *e, void *userdata)
{
	const Teller *t = userdata;

	if (t->display)
		display_event(e, t->display);
	tell(t->fd, json_pack("{s:o, s:o}", "id", json_string_lossy(e->id, strlen(e->id)), "detail",
			      json_string_lossy(e->detail ? e->detail : "",
						e->detail ? strlen(e->detail) : 0)));
}

static void on_notice(const char *line, void *userdata)
{
	const Teller *t = userdata;

	if (t->display)
		display_notice(line, t->display);
	else
		fprintf(stderr, "%s\n", line);
}

static void on_tick(void *userdata)
{
	const Teller *t = userdata;

	if (t->display)
		display_tick(t->display);
}

static bool go_on(void *userdata)
{
	(void)userdata;
	return true;
}

static int phase_main(ComposeCli *c, const PhaseSpec *spec, int fd)
{
	Teller teller = { fd, spec->show ? c->display : NULL };
	cleanup_error Error *err = NULL;
	int r;

	c->engine.sink = (WorkSink){ .event = on_event,
				     .notice = on_notice,
				     .tick = on_tick,
				     .interrupted = spec->stubborn ? go_on : NULL,
				     .userdata = &teller };
	r = spec->work(c, spec->data, &err);
	if (spec->show)
		display_finish(c->display);
	if (r < 0)
		tell(fd, json_pack("{s:o, s:i}", "error",
				   json_string_lossy(err ? err->msg : "unknown error",
						     err ? strlen(err->msg) : 13),
				   "errnum", -r));
	return r < 0;
}

/* ---- here ---- */

static void phase_line(Phase *p, const char *text, size_t n)
{
	cleanup_json json_t *m = NULL;
	const char *id, *detail, *error;

	if (json_parse(text, n, "message", &m, NULL) < 0)
		return;
	id = json_string_value(json_object_get(m, "id"));
	detail = json_string_value(json_object_get(m, "detail"));
	error = json_string_value(json_object_get(m, "error"));
	if (error && !p->error)
		(void)error_set(&p->error, (int)json_integer_value(json_object_get(m, "errnum")),
				"%s", error);
	else if (id && detail && p->spec.event)
		p->spec.event(id, detail, p->spec.userdata);
}

static void phase_end(Phase *p)
{
	int status = 0;

	p->source = loop_source_free(p->source);
	p->fd = fd_close(p->fd);
	(void)waitpid(p->pid, &status, 0);
	p->pid = 0;
	if (status && !p->error)
		(void)error_set(&p->error, EIO, "a process of ours ended unexpectedly");
	p->spec.done(p->error, p->spec.userdata);
}

static void on_readable(int fd, uint32_t events, void *userdata)
{
	Phase *p = userdata;
	ssize_t n = read(fd, strbuf_reserve(&p->input, READ_SIZE), READ_SIZE);
	char *end;

	(void)events;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		phase_end(p);
		return;
	}
	p->input.len += (size_t)n;
	p->input.data[p->input.len] = '\0';
	while (p->input.len && (end = memchr(p->input.data, '\n', p->input.len))) {
		size_t length = (size_t)(end - p->input.data);

		phase_line(p, p->input.data, length);
		strbuf_consume(&p->input, length + 1);
	}
}

Phase *phase_start(ComposeCli *c, Loop *loop, const PhaseSpec *spec, Error **err)
{
	Phase *p = xnew0(Phase, 1);
	int fds[2];

	p->spec = *spec;
	if (pipe2(fds, O_CLOEXEC) < 0) {
		(void)error_errno(err, errno, "make a pipe");
		free(p);
		return NULL;
	}
	(void)fflush(NULL);
	p->pid = fork();
	if (p->pid == 0) {
		(void)fd_close(fds[0]);
		_exit(phase_main(c, spec, fds[1]));
	}
	(void)fd_close(fds[1]);
	p->fd = fds[0];
	if (p->pid < 0) {
		(void)error_errno(err, errno, "start a process");
		return phase_free(p);
	}
	(void)fd_set_nonblock(p->fd, true);
	p->source = loop_add_fd(loop, p->fd, EPOLLIN, on_readable, p);
	return p;
}

void phase_cancel(Phase *p)
{
	if (p && p->pid > 0)
		(void)kill(p->pid, SIGTERM);
}

Phase *phase_free(Phase *p)
{
	if (!p)
		return NULL;
	p->source = loop_source_free(p->source);
	(void)fd_close(p->fd);
	if (p->pid > 0)
		(void)waitpid(p->pid, NULL, 0);
	strbuf_clear(&p->input);
	error_free(p->error);
	free(p);
	return NULL;
}

#include "libimage/helper-client.h"

#include <fcntl.h>
#include <signal.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/json.h"
#include "libcommon/spawn.h"

/* A line of progress; names and messages are much shorter. */
#define MAX_LINE ((size_t)64 * 1024)
#define HELPER "racker-image"
#define PROGRESS_FD 3 /* the first after stdin, stdout, stderr */

/* What the helper has told so far. */
typedef struct Conversation {
	const HelperWork *work;
	Strbuf pending;
	char *id;
	Error *failure;
} Conversation;

static void conversation_clear(Conversation *c)
{
	strbuf_clear(&c->pending);
	free(c->id);
	error_free(c->failure);
}

static void take_failure(Conversation *c, const json_t *message, const char *text)
{
	json_int_t code = json_integer_value(
		json_object_get(json_object_get(message, "errorDetail"), "code"));

	c->failure = error_free(c->failure);
	(void)error_set(&c->failure, code > 0 && code < 4096 ? (int)code : EIO, "%s", text);
}

static void take_line(Conversation *c, const char *line, size_t n)
{
	cleanup_json json_t *message = NULL;
	const char *error, *id;

	if (json_parse(line, n, HELPER, &message, NULL) < 0)
		return;
	error = json_string_value(json_object_get(message, "error"));
	id = json_string_value(json_object_get(json_object_get(message, "aux"), "ID"));
	if (error) {
		take_failure(c, message, error);
	} else if (id) {
		free(c->id);
		c->id = xstrdup(id);
	} else if (c->work->progress) {
		c->work->progress(message, c->work->userdata);
	}
}

static int take_lines(Conversation *c, Error **err)
{
	char *end;

	while (c->pending.len > 0 && (end = memchr(c->pending.data, '\n', c->pending.len))) {
		size_t n = (size_t)(end - c->pending.data);

		take_line(c, c->pending.data, n);
		strbuf_consume(&c->pending, n + 1);
	}
	if (c->pending.len > MAX_LINE)
		return error_set(err, EPROTO, HELPER ": a line of progress is too long");
	return 0;
}

static int converse(Conversation *c, int fd, Error **err)
{
	for (;;) {
		ssize_t n = read(fd, strbuf_reserve(&c->pending, 4096), 4096);
		int r;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_errno(err, errno, "read from " HELPER);
		if (n == 0)
			return 0;
		c->pending.len += (size_t)n;
		r = take_lines(c, err);
		if (r < 0)
			return r;
	}
}

/* Starts the helper; *ret_fd gives its lines. */
static int start(const HelperWork *work, pid_t *ret_pid, int *ret_fd, Error **err)
{
	cleanup_strv char **argv = NULL;
	cleanup_fd int reader = -1, writer = -1;
	Spawn s = SPAWN_INIT;
	int fds[2], r;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return error_errno(err, errno, "pipe");
	reader = fds[0];
	writer = fds[1];
	strv_push(&argv, helper_path(HELPER));
	strv_addf(&argv, "--progress-fd=%d", PROGRESS_FD);
	strv_extend(&argv, work->arguments);
	s.argv = argv;
	s.in = work->in;
	s.out = work->out;
	s.fds[s.n_fds++] = writer;
	for (unsigned i = 0; i < work->n_fds; i++)
		s.fds[s.n_fds++] = work->fds[i];
	s.death_signal = SIGKILL;
	r = spawn(&s, ret_pid, NULL, err);
	if (r < 0)
		return r;
	*ret_fd = steal_fd(&reader);
	return 0;
}

/* How it ended: by its own word, by its status, or by a signal (a terminal sends Ctrl-C to both of
 * us). */
static int conclude(Conversation *c, int status, Error **err)
{
	const char *what = c->work->what;

	if (status == 128 + SIGINT || status == 128 + SIGTERM)
		return error_set(err, EINTR, "%s: interrupted", what);
	if (c->failure)
		return error_propagate(err, steal(&c->failure));
	if (status == 0)
		return 0;
	if (status > 128)
		return error_set(err, EIO, "%s: " HELPER " was killed by signal %d", what,
				 status - 128);
	return error_set(err, EIO, "%s: " HELPER " ended with status %d", what, status);
}

int helper_run(const HelperWork *work, char **ret_id, Error **err)
{
	cleanup(conversation_clear) Conversation c = { .work = work };
	cleanup_fd int fd = -1;
	pid_t pid;
	int status, r = start(work, &pid, &fd, err);

	if (r < 0)
		return r;
	r = converse(&c, fd, err);
	if (r < 0)
		(void)kill(pid, SIGTERM);
	status = spawn_wait(pid);
	if (r < 0)
		return r;
	r = conclude(&c, status, err);
	if (r >= 0 && ret_id)
		*ret_id = steal(&c.id);
	return r;
}

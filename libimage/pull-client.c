#include "libimage/image.h"

#include <fcntl.h>
#include <signal.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/spawn.h"
#include "libcommon/str.h"

/* A line of progress; names and messages are much shorter. */
#define MAX_LINE ((size_t)64 * 1024)
#define HELPER "racker-image"
#define PROGRESS_FD 3 /* the first after stdin, stdout, stderr */

/* What the helper has told so far. */
typedef struct Conversation {
	const PullOptions *o;
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

int pull_policy_parse(const char *text, PullPolicy *ret)
{
	static const char *const names[] = {
		[PULL_MISSING] = "missing",
		[PULL_ALWAYS] = "always",
		[PULL_NEVER] = "never",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (streq(text, names[i])) {
			*ret = (PullPolicy)i;
			return 0;
		}
	return -EINVAL;
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
	} else if (c->o->progress) {
		c->o->progress(message, c->o->userdata);
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

static char **make_argv(Store *store, const PullOptions *o)
{
	char **argv = NULL;

	strv_push(&argv, helper_path(HELPER));
	strv_add(&argv, "pull");
	strv_addf(&argv, "--root=%s", store_path(store));
	strv_addf(&argv, "--progress-fd=%d", PROGRESS_FD);
	if (!str_empty(o->platform))
		strv_addf(&argv, "--platform=%s", o->platform);
	if (!str_empty(o->config_dir))
		strv_addf(&argv, "--config=%s", o->config_dir);
	if (o->debug)
		strv_add(&argv, "--debug");
	strv_add(&argv, "--");
	strv_add(&argv, o->name);
	return argv;
}

/* Starts the helper; *ret_fd gives its lines. It dies with us, whatever becomes of us. */
static int start(char *const *argv, pid_t *ret_pid, int *ret_fd, Error **err)
{
	cleanup_fd int reader = -1, writer = -1;
	Spawn s = SPAWN_INIT;
	int fds[2], r;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return error_errno(err, errno, "pipe");
	reader = fds[0];
	writer = fds[1];
	s.argv = argv;
	s.in = -1;
	s.out = 2;
	s.fds[0] = writer;
	s.n_fds = 1;
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
	if (status == 128 + SIGINT || status == 128 + SIGTERM)
		return error_set(err, EINTR, "pull %s: interrupted", c->o->name);
	if (c->failure)
		return error_propagate(err, steal(&c->failure));
	if (status == 0 && c->id)
		return 0;
	if (status > 128)
		return error_set(err, EIO, "pull %s: " HELPER " was killed by signal %d",
				 c->o->name, status - 128);
	return error_set(err, EIO, "pull %s: " HELPER " ended with status %d", c->o->name, status);
}

int image_pull(Store *store, const PullOptions *o, Image **ret, Error **err)
{
	cleanup(conversation_clear) Conversation c = { .o = o };
	cleanup_strv char **argv = make_argv(store, o);
	cleanup_fd int fd = -1;
	pid_t pid;
	int status, r = start(argv, &pid, &fd, err);

	if (r < 0)
		return r;
	r = converse(&c, fd, err);
	if (r < 0)
		(void)kill(pid, SIGTERM);
	status = spawn_wait(pid);
	if (r < 0)
		return r;
	r = conclude(&c, status, err);
	return r < 0 ? r : image_find(store, c.id, ret, err);
}

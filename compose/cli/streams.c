#include "compose/cli/streams.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <time.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "libcommon/timestamp.h"
#include "librunner/container-state.h"

/* A line that is longer is shown in pieces. */
#define LINE_MAX_SIZE (1 << 20)
#define READ_SIZE 65536
#define RESTART_POLL_NSEC 50000000

typedef struct Name {
	char *id, *text;
	const char *color;
} Name;

typedef struct Pipe {
	struct Stream *stream;
	int fd, to;
	LoopSource *source;
	Strbuf line;
} Pipe;

typedef struct Stream {
	Streams *streams;
	const Container *container;
	const Name *name;
	pid_t pid;
	bool silent;
	Pipe out, err, ends;
	unsigned open;
} Stream;

struct Streams {
	Runtime *rt;
	Loop *loop;
	StreamsOptions options;
	Name **names;
	size_t n_names, cap_names, width;
	Stream **list;
	size_t n, cap, active;
};

Streams *streams_new(Runtime *rt, Loop *loop, const StreamsOptions *o)
{
	Streams *s = xnew0(Streams, 1);

	s->rt = rt;
	s->loop = loop;
	s->options = *o;
	return s;
}

static void pipe_close(Pipe *p)
{
	p->source = loop_source_free(p->source);
	p->fd = fd_close(p->fd);
	strbuf_clear(&p->line);
}

Streams *streams_free(Streams *s)
{
	if (!s)
		return NULL;
	for (size_t i = 0; i < s->n; i++) {
		/* It only reads: there is nothing that it could leave half done. */
		if (s->list[i]->pid > 0) {
			(void)kill(s->list[i]->pid, SIGKILL);
			(void)waitpid(s->list[i]->pid, NULL, 0);
		}
		pipe_close(&s->list[i]->out);
		pipe_close(&s->list[i]->err);
		pipe_close(&s->list[i]->ends);
		free(s->list[i]);
	}
	for (size_t i = 0; i < s->n_names; i++) {
		free(s->names[i]->id);
		free(s->names[i]->text);
		free(s->names[i]);
	}
	free(s->names);
	free(s->list);
	free(s);
	return NULL;
}

/* ---- names ---- */

const char *short_name(const char *project, const Container *c)
{
	const char *rest = startswith(c->name, project);

	return rest && *rest == '-' ? rest + 1 : c->name;
}

void streams_name(Streams *s, const char *project, const Container *c)
{
	static const char *const colors[] = { "36",   "33",   "32",   "35",   "34",
					      "36;1", "33;1", "32;1", "35;1", "34;1" };
	Name *name = xnew0(Name, 1);

	GROW(s->names, s->n_names, &s->cap_names);
	*name = (Name){ xstrdup(c->id), xstrdup(short_name(project, c)),
			colors[s->n_names % (sizeof(colors) / sizeof(*colors))] };
	s->names[s->n_names++] = name;
	if (strlen(name->text) + 1 > s->width)
		s->width = strlen(name->text) + 1;
}

static const Name *name_of(Streams *s, const Container *c)
{
	for (size_t i = 0; i < s->n_names; i++)
		if (streq(s->names[i]->id, c->id))
			return s->names[i];
	streams_name(s, "", c);
	return s->names[s->n_names - 1];
}

/* ---- lines ---- */

static void write_line(const Streams *s, const Name *name, int fd, const char *text, size_t n)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;

	if (s->options.prefix && s->options.color)
		strbuf_addf(&b, "\033[%sm%-*s | \033[0m", name->color, (int)s->width, name->text);
	else if (s->options.prefix)
		strbuf_addf(&b, "%-*s | ", (int)s->width, name->text);
	strbuf_add(&b, text, n);
	strbuf_addc(&b, '\n');
	(void)fd_write_all(fd, b.data, b.len);
}

void streams_status(Streams *s, const Container *c, const char *text)
{
	const Name *name = name_of(s, c);
	cleanup_free char *line = s->options.color ? xasprintf("\033[%sm%s %s\033[0m\n",
							       name->color, name->text, text)
						   : xasprintf("%s %s\n", name->text, text);

	(void)fd_write_all(1, line, strlen(line));
}

static void show_lines(Pipe *p, bool last)
{
	const Stream *stream = p->stream;
	char *end;

	while (p->line.len && (end = memchr(p->line.data, '\n', p->line.len))) {
		size_t n = (size_t)(end - p->line.data);

		write_line(stream->streams, stream->name, p->to, p->line.data, n);
		strbuf_consume(&p->line, n + 1);
	}
	if (p->line.len && (last || p->line.len > LINE_MAX_SIZE)) {
		write_line(stream->streams, stream->name, p->to, p->line.data, p->line.len);
		p->line.len = 0;
	}
}

/* "CODE\n", or "CODE restarts\n". */
static void show_ends(Pipe *p)
{
	const Streams *s = p->stream->streams;
	char *end;

	while (p->line.len && (end = memchr(p->line.data, '\n', p->line.len))) {
		char *rest;
		long code;

		*end = '\0';
		code = strtol(p->line.data, &rest, 10);
		if (s->options.ended)
			s->options.ended(p->stream->container, code, *rest != '\0',
					 s->options.userdata);
		strbuf_consume(&p->line, (size_t)(end + 1 - p->line.data));
	}
}

static void stream_closed(Stream *stream)
{
	Streams *s = stream->streams;

	if (--stream->open)
		return;
	(void)waitpid(stream->pid, NULL, 0);
	stream->pid = 0;
	s->active--;
	if (!s->active && s->options.idle)
		s->options.idle(s->options.userdata);
}

static void on_readable(int fd, uint32_t events, void *userdata)
{
	Pipe *p = userdata;
	Stream *stream = p->stream;
	ssize_t n = read(fd, strbuf_reserve(&p->line, READ_SIZE), READ_SIZE);

	(void)events;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0) {
		p->line.len += (size_t)n;
		p->line.data[p->line.len] = '\0';
	}
	if (p->to < 0)
		show_ends(p);
	else
		show_lines(p, n <= 0);
	if (n > 0)
		return;
	pipe_close(p);
	stream_closed(stream);
}

/* ---- the process that follows ---- */

static int64_t tail_of(const char *text)
{
	int64_t n;

	return str_empty(text) || str_to_i64(text, &n) < 0 ? -1 : n;
}

/* Waits until it is known how the run has ended: the state is written behind the last output. */
static int tell_end(Runtime *rt, const char *id, int fd, bool *ret_again)
{
	cleanup_container Container *c = NULL;
	cleanup_free char *line = NULL;

	*ret_again = false;
	if (container_find(rt, id, &c, NULL) < 0)
		return -ENOENT;
	*ret_again = container_is_running(c);
	line = xasprintf("%lld%s\n", (long long)c->state.exit_code, *ret_again ? " restarts" : "");
	return fd_write_all(fd, line, strlen(line));
}

/* Shows the run that there is, or waits for its end where nothing is to be shown. */
static int follow_run(const Stream *stream, const LogsOptions *o)
{
	Runtime *rt = stream->streams->rt;
	const char *id = stream->container->id;
	int status, r = stream->silent ? -ENOTSUP : container_logs(rt, id, o, NULL);

	if (r >= 0 || !o->follow)
		return r;
	/* A container without a log has an end, too. */
	return container_wait(rt, id, &status, NULL);
}

static int follow(const Stream *stream, const char *since, int ends)
{
	const Streams *s = stream->streams;

	LogsOptions o = { .follow = s->options.follow,
			  .timestamps = s->options.timestamps,
			  .since = since,
			  .until = s->options.until,
			  .tail = tail_of(s->options.tail) };
	cleanup_free char *now = NULL;
	bool again = true;
	int r = 0;

	while (again && r >= 0) {
		r = follow_run(stream, &o);
		free(now);
		now = timestamp_text(timestamp_current());
		if (r < 0 || !s->options.follow ||
		    tell_end(s->rt, stream->container->id, ends, &again) < 0)
			break;
		/* A run that a policy begins is followed from here on; it may take its time. */
		if (again)
			(void)nanosleep(&(struct timespec){ .tv_nsec = RESTART_POLL_NSEC }, NULL);
		o.since = now;
		o.tail = -1;
	}
	return r < 0;
}

static int make_pipe(Stream *stream, Pipe *p, int to, int *ret_write)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	(void)fd_set_nonblock(fds[0], true);
	p->stream = stream;
	p->fd = fds[0];
	p->to = to;
	*ret_write = fds[1];
	return 0;
}

static int stream_start(Stream *stream, const char *since, int fds[3])
{
	Streams *s = stream->streams;
	int r = make_pipe(stream, &stream->out, 1, &fds[0]);

	if (r >= 0)
		r = make_pipe(stream, &stream->err, s->options.merge ? 1 : 2, &fds[1]);
	if (r >= 0)
		r = make_pipe(stream, &stream->ends, -1, &fds[2]);
	if (r < 0)
		return r;
	(void)fflush(NULL);
	stream->pid = fork();
	if (stream->pid == 0) {
		(void)dup2(fds[0], 1);
		(void)dup2(s->options.merge ? fds[0] : fds[1], 2);
		(void)signal(SIGPIPE, SIG_DFL);
		_exit(follow(stream, since, fds[2]));
	}
	if (stream->pid < 0)
		return -errno;
	stream->open = 3;
	stream->out.source =
		loop_add_fd(s->loop, stream->out.fd, EPOLLIN, on_readable, &stream->out);
	stream->err.source =
		loop_add_fd(s->loop, stream->err.fd, EPOLLIN, on_readable, &stream->err);
	stream->ends.source =
		loop_add_fd(s->loop, stream->ends.fd, EPOLLIN, on_readable, &stream->ends);
	return 0;
}

int streams_add(Streams *s, const Container *c, const char *since, bool silent, Error **err)
{
	Stream *stream = xnew0(Stream, 1);
	int fds[3] = { -1, -1, -1 }, r;

	GROW(s->list, s->n, &s->cap);
	*stream = (Stream){ .streams = s,
			    .container = c,
			    .name = name_of(s, c),
			    .silent = silent,
			    .out.fd = -1,
			    .err.fd = -1,
			    .ends.fd = -1 };
	s->list[s->n++] = stream;
	r = stream_start(stream, since, fds);
	for (size_t i = 0; i < 3; i++)
		(void)fd_close(fds[i]);
	if (r < 0)
		return error_errno(err, -r, "follow %s", c->name);
	s->active++;
	return 0;
}

size_t streams_active(const Streams *s)
{
	return s->active;
}

#include "compose/work-internal.h"

#include <fcntl.h>
#include <sys/wait.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/loop.h"

typedef enum { ITEM_WAITING, ITEM_RUNNING, ITEM_ENDED } ItemState;

typedef struct Item {
	Work *work;
	char *name;
	int (*act)(Worker *worker, const void *data, Error **err);
	const void *data;
	size_t *before;
	size_t n_before, cap_before;
	ItemState state;
	bool visited, on_path; /* by the search for cycles */
	pid_t pid;
	int fd;
	bool reaped;
	LoopSource *reads, *child;
	Strbuf input;
	char *result;
} Item;

#define TICK_USEC 100000

struct Work {
	Runtime *rt;
	const WorkSink *sink;
	int64_t limit;
	Item **items;
	size_t n, cap;
	size_t running;
	Loop *loop;
	LoopSource *ticks;
	bool stopping;
	Error *error;
};

Work *work_new(Runtime *rt, const WorkSink *sink, int64_t limit)
{
	Work *w = xnew0(Work, 1);

	w->rt = rt;
	w->sink = sink;
	w->limit = limit;
	return w;
}

static void item_free(Item *item)
{
	(void)fd_close(item->fd);
	strbuf_clear(&item->input);
	free(item->before);
	free(item->result);
	free(item->name);
	free(item);
}

Work *work_free(Work *w)
{
	if (!w)
		return NULL;
	for (size_t i = 0; i < w->n; i++)
		item_free(w->items[i]);
	free(w->items);
	error_free(w->error);
	free(w);
	return NULL;
}

size_t work_add(Work *w, const char *name,
		int (*act)(Worker *worker, const void *data, Error **err), const void *data)
{
	Item *item = xnew0(Item, 1);

	GROW(w->items, w->n, &w->cap);
	item->work = w;
	item->name = xstrdup(name);
	item->act = act;
	item->data = data;
	item->fd = -1;
	w->items[w->n] = item;
	return w->n++;
}

void work_after(Work *w, size_t number, size_t before)
{
	Item *item = w->items[number];

	GROW(item->before, item->n_before, &item->cap_before);
	item->before[item->n_before++] = before;
}

const char *work_result(const Work *w, size_t item)
{
	return w->items[item]->result;
}

/* ---- cycles ---- */

/* Adds the names on the way back to `first`, which the path has come to again. */
static bool find_cycle(Work *w, size_t number, char ***path)
{
	Item *item = w->items[number];
	bool found = false;

	if (item->on_path) {
		strv_add(path, item->name);
		return true;
	}
	if (item->visited)
		return false;
	item->visited = item->on_path = true;
	strv_add(path, item->name);
	for (size_t i = 0; i < item->n_before && !found; i++)
		found = find_cycle(w, item->before[i], path);
	item->on_path = false;
	if (!found) {
		size_t n = strv_length(*path);

		free((*path)[n - 1]);
		(*path)[n - 1] = NULL;
	}
	return found;
}

static int check_cycles(Work *w, Error **err)
{
	for (size_t i = 0; i < w->n; i++) {
		cleanup_strv char **path = NULL;
		cleanup_free char *text = NULL;
		char **start;

		if (!find_cycle(w, i, &path))
			continue;
		/* What led to the cycle is no part of it. */
		for (start = path; !streq(*start, path[strv_length(path) - 1]); start++)
			continue;
		text = strv_join(start, " -> ");
		return error_set(err, ELOOP, "dependency cycle detected: %s", text);
	}
	return 0;
}

/* ---- ends ---- */

static void work_go_on(Work *w);

/* Nothing more is begun, and those that wait are told that there is nothing to wait for. */
static void work_stop(Work *w)
{
	w->stopping = true;
	for (size_t i = 0; i < w->n; i++)
		if (w->items[i]->state == ITEM_RUNNING && !w->items[i]->reaped)
			(void)kill(w->items[i]->pid, SIGTERM);
}

static void work_fail(Work *w, int errnum, const char *text)
{
	/* What is given up after a failure is none of its own. */
	if (!w->error && !(w->stopping && errnum == ECANCELED))
		(void)error_set(&w->error, errnum, "%s", text);
	work_stop(w);
}

static void on_interrupt(const struct signalfd_siginfo *si, void *userdata)
{
	Work *w = userdata;

	(void)si;
	if (w->sink->interrupted && w->sink->interrupted(w->sink->userdata))
		return;
	work_fail(w, ECANCELED, "canceled");
	work_go_on(w);
}

/* ---- messages ---- */

static void item_message(Item *item, const WorkMessage *m)
{
	const WorkSink *sink = item->work->sink;
	const WorkEvent event = { .id = m->id,
				  .text = m->text ? m->text : "",
				  .detail = m->detail,
				  .parent = m->parent,
				  .status = (WorkStatus)m->status,
				  .current = m->current,
				  .total = m->total };

	if (m->error)
		work_fail(item->work, (int)m->errnum, m->error);
	else if (m->id)
		sink->event(&event, sink->userdata);
	else if (m->notice && sink->notice)
		sink->notice(m->notice, sink->userdata);
	if (m->result) {
		free(item->result);
		item->result = xstrdup(m->result);
	}
}

static void item_line(Item *item, const char *line, size_t n)
{
	cleanup_json json_t *value = NULL;
	WorkMessage m = { 0 };

	if (json_parse(line, n, "message", &value, NULL) >= 0 &&
	    json_decode(value, &work_message_type, &m, NULL) >= 0)
		item_message(item, &m);
	json_clear(&work_message_type, &m);
}

static void item_lines(Item *item)
{
	char *end;

	while (item->input.len && (end = memchr(item->input.data, '\n', item->input.len))) {
		size_t n = (size_t)(end - item->input.data);

		item_line(item, item->input.data, n);
		strbuf_consume(&item->input, n + 1);
	}
}

/* When everything that it has told was read, and it is gone. */
static void item_end(Item *item)
{
	if (item->fd >= 0 || !item->reaped || item->state == ITEM_ENDED)
		return;
	item->state = ITEM_ENDED;
	item->work->running--;
	work_go_on(item->work);
}

static void on_readable(int fd, uint32_t events, void *userdata)
{
	Item *item = userdata;
	ssize_t n;

	(void)events;
	n = read(fd, strbuf_reserve(&item->input, WORK_MESSAGE_MAX / 16), WORK_MESSAGE_MAX / 16);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0 && item->input.len + (size_t)n <= 2 * WORK_MESSAGE_MAX) {
		item->input.len += (size_t)n;
		item->input.data[item->input.len] = '\0';
		item_lines(item);
		return;
	}
	item->reads = loop_source_free(item->reads);
	item->fd = fd_close(item->fd);
	item_end(item);
}

static void on_child(pid_t pid, int status, void *userdata)
{
	Item *item = userdata;

	(void)pid;
	item->reaped = true;
	if (WIFSIGNALED(status) || (WIFEXITED(status) && WEXITSTATUS(status) > 1))
		work_fail(item->work, EIO, "a process of ours ended unexpectedly");
	item_end(item);
}

/* ---- begin ---- */

static void item_child(Item *item, int fd, pid_t owner)
{
	Worker worker = { .rt = item->work->rt, .fd = fd, .owner = owner };
	sigset_t held;

	(void)sigemptyset(&held);
	(void)sigaddset(&held, SIGINT);
	(void)sigaddset(&held, SIGTERM);
	(void)sigaddset(&held, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &held, NULL);
	_exit(worker_main(&worker, item->act, item->data));
}

static int item_start(Item *item)
{
	Work *w = item->work;
	pid_t owner = getpid();
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	item->pid = fork();
	if (item->pid == 0) {
		(void)fd_close(fds[0]);
		item_child(item, fds[1], owner);
	}
	(void)fd_close(fds[1]);
	if (item->pid < 0) {
		(void)fd_close(fds[0]);
		return -EAGAIN;
	}
	item->fd = fds[0];
	(void)fd_set_nonblock(item->fd, true);
	item->state = ITEM_RUNNING;
	w->running++;
	item->reads = loop_add_fd(w->loop, item->fd, EPOLLIN, on_readable, item);
	item->child = loop_add_child(w->loop, item->pid, on_child, item);
	return item->reads && item->child ? 0 : -ENOMEM;
}

static bool item_ready(const Item *item)
{
	if (item->state != ITEM_WAITING)
		return false;
	for (size_t i = 0; i < item->n_before; i++)
		if (item->work->items[item->before[i]]->state != ITEM_ENDED)
			return false;
	return true;
}

static bool has_room(const Work *w)
{
	return w->limit <= 0 || w->running < (size_t)w->limit;
}

/* Begins what can be begun; ends the loop when nothing runs and nothing can be. */
static void work_go_on(Work *w)
{
	for (size_t i = 0; i < w->n && !w->stopping && has_room(w); i++) {
		int r = item_ready(w->items[i]) ? item_start(w->items[i]) : 0;

		if (r < 0)
			work_fail(w, -r, "start a process");
	}
	if (w->running == 0)
		loop_exit(w->loop, 0);
}

static void on_tick(void *userdata)
{
	Work *w = userdata;

	w->sink->tick(w->sink->userdata);
	loop_source_rearm(w->ticks, TICK_USEC);
}

int work_run(Work *w, Error **err)
{
	cleanup(loop_freep) Loop *loop = NULL;
	int r = check_cycles(w, err);

	if (r < 0 || !w->n)
		return r;
	loop = w->loop = loop_new();
	if (!loop_add_signal(loop, SIGINT, on_interrupt, w) ||
	    !loop_add_signal(loop, SIGTERM, on_interrupt, w))
		return error_errno(err, errno, "wait for signals");
	if (w->sink->tick)
		w->ticks = loop_add_timer(loop, TICK_USEC, on_tick, w);
	/* Buffered output would be written by every process. */
	(void)fflush(NULL);
	work_go_on(w);
	r = loop_run(loop);
	w->loop = NULL;
	if (w->error)
		return error_propagate(err, steal(&w->error));
	return r < 0 ? error_errno(err, -r, "wait for processes") : 0;
}

#include "librunner/monitor/oom.h"

#include <fcntl.h>
#include <sys/eventfd.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/cgroup-internal.h"

/* v1 tells that memory has run out, which is a moment before something is killed. */
#define LATER_USEC 100000
#define LATER_TIMES 10
/* Docker's engine floods its log here; each is written, but not without end at once. */
#define MAX_EVENTS 16

struct Oom {
	Monitor *monitor;
	const char *dir, *file; /* where the kills are counted */
	int fd, control_fd;
	LoopSource *source, *timer;
	unsigned left; /* how often the timer looks again */
	uint64_t seen;
};

/* The number behind "oom_kill " in memory.events or memory.oom_control. */
static uint64_t count_kills(const Oom *o)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;
	cleanup_strv char **lines = NULL;
	uint64_t n = o->seen;

	if (cgroup_file_read(o->dir, o->file, &b) < 0)
		return n;
	lines = strv_split(b.data, '\n');
	STRV_FOREACH(l, lines) {
		const char *value = startswith(*l, "oom_kill ");

		if (value)
			(void)str_to_u64(value, &n);
	}
	return n;
}

void oom_check(Monitor *m)
{
	Oom *o = m->run->oom;
	uint64_t n = o ? count_kills(o) : 0;

	if (!o || n <= o->seen)
		return;
	for (uint64_t i = o->seen; i < n && i - o->seen < MAX_EVENTS; i++)
		monitor_event(m, "oom", NULL);
	o->seen = n;
	if (m->c->state.oom_killed)
		return;
	m->c->state.oom_killed = true;
	(void)monitor_write_state(m);
}

static void on_timer(void *userdata)
{
	Oom *o = userdata;

	oom_check(o->monitor);
	if (o->left-- > 1)
		loop_source_rearm(o->timer, LATER_USEC);
}

static void on_eventfd(int fd, uint32_t events, void *userdata)
{
	Oom *o = userdata;
	uint64_t n;

	(void)events;
	(void)!read(fd, &n, sizeof(n));
	o->left = LATER_TIMES;
	loop_source_rearm(o->timer, LATER_USEC);
	oom_check(o->monitor);
}

/* Reading the file arms it for the next change. */
static void on_events_file(int fd, uint32_t events, void *userdata)
{
	char buf[512];
	Oom *o = userdata;

	(void)events;
	(void)!pread(fd, buf, sizeof(buf), 0);
	oom_check(o->monitor);
}

static void watch_v2(Oom *o)
{
	cleanup_free char *path = xasprintf("%s/%s", o->dir, o->file);
	char buf[512];

	o->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (o->fd < 0)
		return;
	(void)!pread(o->fd, buf, sizeof(buf), 0);
	o->source = loop_add_fd(o->monitor->loop, o->fd, EPOLLPRI, on_events_file, o);
}

static void watch_v1(Oom *o)
{
	cleanup_free char *path = xasprintf("%s/%s", o->dir, o->file), *line = NULL;

	o->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	o->control_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (o->fd < 0 || o->control_fd < 0)
		return;
	line = xasprintf("%d %d", o->fd, o->control_fd);
	if (cgroup_file_write(o->dir, "cgroup.event_control", line) < 0)
		return;
	o->timer = loop_add_timer(o->monitor->loop, UINT64_MAX, on_timer, o);
	o->source = loop_add_fd(o->monitor->loop, o->fd, EPOLLIN, on_eventfd, o);
}

void oom_watch(Monitor *m)
{
	const char *v2 = cgroup_dir_with(m->run->cgroup, "memory.events");
	const char *v1 = cgroup_dir_with(m->run->cgroup, "memory.oom_control");
	Oom *o;

	m->c->state.oom_killed = false;
	if (!v1 && !v2)
		return;
	o = xnew0(Oom, 1);
	o->monitor = m;
	o->fd = o->control_fd = -1;
	o->dir = v2 ? v2 : v1;
	o->file = v2 ? "memory.events" : "memory.oom_control";
	m->run->oom = o;
	if (v2)
		watch_v2(o);
	else
		watch_v1(o);
}

Oom *oom_free(Oom *o)
{
	if (!o)
		return NULL;
	loop_source_free(o->source);
	loop_source_free(o->timer);
	(void)fd_close(o->fd);
	(void)fd_close(o->control_fd);
	free(o);
	return NULL;
}

#include "libcommon/loop.h"

#include <sys/syscall.h>
#include <sys/wait.h>
#include <systemd/sd-event.h>
#include <time.h>

#include "libcommon/alloc.h"

/* sd-event otherwise lets a timer be 250 ms late. */
#define TIMER_ACCURACY_USEC 1000

struct Loop {
	sd_event *event;
	LoopSource *sources;
};

struct LoopSource {
	Loop *loop;
	LoopSource *next, **link;
	sd_event_source *source;
	int fd; /* loop_add_fd: the caller's; loop_add_child: our pidfd; else -1 */
	bool always_ready; /* a descriptor that epoll refuses, watched by a defer source */
	uint32_t events;
	pid_t pid; /* loop_add_child: 0 else */
	union {
		void (*fd)(int fd, uint32_t events, void *userdata);
		void (*plain)(void *userdata);
		void (*signal)(const struct signalfd_siginfo *si, void *userdata);
		void (*child)(pid_t pid, int status, void *userdata);
	} cb;
	void *userdata;
};

Loop *loop_new(void)
{
	Loop *loop = xnew0(Loop, 1);

	/* Only lack of memory or descriptors keeps an epoll instance away. */
	if (sd_event_new(&loop->event) < 0)
		abort();
	return loop;
}

Loop *loop_free(Loop *loop)
{
	if (!loop)
		return NULL;
	while (loop->sources)
		loop_source_free(loop->sources);
	sd_event_unref(loop->event);
	free(loop);
	return NULL;
}

int loop_run(Loop *loop)
{
	return sd_event_loop(loop->event);
}

void loop_exit(Loop *loop, int code)
{
	(void)sd_event_exit(loop->event, code);
}

int loop_iterate(Loop *loop, uint64_t timeout_us)
{
	return sd_event_run(loop->event, timeout_us);
}

void *loop_sd_event(Loop *loop)
{
	return loop->event;
}

static LoopSource *source_new(Loop *loop, void *userdata)
{
	LoopSource *s = xnew0(LoopSource, 1);

	s->loop = loop;
	s->fd = -1;
	s->userdata = userdata;
	s->next = loop->sources;
	s->link = &loop->sources;
	if (s->next)
		s->next->link = &s->next;
	loop->sources = s;
	return s;
}

LoopSource *loop_source_free(LoopSource *s)
{
	int saved = errno;

	if (!s)
		return NULL;
	*s->link = s->next;
	if (s->next)
		s->next->link = s->link;
	/* sd-event holds a reference of its own while it dispatches; switched off, it is done. */
	if (s->source)
		(void)sd_event_source_set_enabled(s->source, SD_EVENT_OFF);
	sd_event_source_unref(s->source);
	if (s->pid)
		(void)fd_close(s->fd);
	free(s);
	errno = saved;
	return NULL;
}

/* Gives the source out, or frees it and sets errno when sd-event said no. */
static LoopSource *source_done(LoopSource *s, int r)
{
	if (r >= 0)
		return s;
	errno = -r;
	return loop_source_free(s);
}

/* ---- descriptors ---- */

static int on_fd(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	LoopSource *s = userdata;

	(void)source;
	s->cb.fd(fd, events, s->userdata);
	return 0;
}

static int on_always_ready(sd_event_source *source, void *userdata)
{
	LoopSource *s = userdata;

	(void)source;
	s->cb.fd(s->fd, s->events & (EPOLLIN | EPOLLOUT), s->userdata);
	return 0;
}

LoopSource *loop_add_fd(Loop *loop, int fd, uint32_t events,
			void (*cb)(int fd, uint32_t events, void *userdata), void *userdata)
{
	LoopSource *s = source_new(loop, userdata);
	int r;

	s->fd = fd;
	s->cb.fd = cb;
	r = sd_event_add_io(loop->event, &s->source, fd, events, on_fd, s);
	if (r == -EPERM) {
		s->always_ready = true;
		r = sd_event_add_defer(loop->event, &s->source, on_always_ready, s);
	}
	if (r >= 0)
		loop_source_set_events(s, events);
	return source_done(s, r);
}

void loop_source_set_events(LoopSource *s, uint32_t events)
{
	s->events = events;
	if (!s->always_ready && events)
		(void)sd_event_source_set_io_events(s->source, events);
	/* An epoll entry without events would still report a hang-up, again and again. */
	(void)sd_event_source_set_enabled(s->source, events ? SD_EVENT_ON : SD_EVENT_OFF);
}

/* ---- time ---- */

uint64_t now_usec(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

static uint64_t from_now(uint64_t usec)
{
	uint64_t t;

	return __builtin_add_overflow(now_usec(), usec, &t) ? UINT64_MAX : t;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	LoopSource *s = userdata;

	(void)source;
	(void)usec;
	s->cb.plain(s->userdata);
	return 0;
}

LoopSource *loop_add_timer(Loop *loop, uint64_t usec, void (*cb)(void *userdata), void *userdata)
{
	LoopSource *s = source_new(loop, userdata);

	s->cb.plain = cb;
	return source_done(s, sd_event_add_time(loop->event, &s->source, CLOCK_MONOTONIC,
						from_now(usec), TIMER_ACCURACY_USEC, on_timer, s));
}

void loop_source_rearm(LoopSource *s, uint64_t usec)
{
	(void)sd_event_source_set_time(s->source, from_now(usec));
	(void)sd_event_source_set_enabled(s->source, SD_EVENT_ONESHOT);
}

/* ---- signals, children, defer ---- */

static int on_signal(sd_event_source *source, const struct signalfd_siginfo *si, void *userdata)
{
	LoopSource *s = userdata;

	(void)source;
	s->cb.signal(si, s->userdata);
	return 0;
}

LoopSource *loop_add_signal(Loop *loop, int sig,
			    void (*cb)(const struct signalfd_siginfo *si, void *userdata),
			    void *userdata)
{
	LoopSource *s = source_new(loop, userdata);
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, sig);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	s->cb.signal = cb;
	return source_done(s, sd_event_add_signal(loop->event, &s->source, sig, on_signal, s));
}

static int on_child(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	LoopSource *s = userdata;
	int status;
	pid_t pid = waitpid(s->pid, &status, WNOHANG);

	(void)fd;
	(void)events;
	if (pid == 0)
		return 0;
	(void)sd_event_source_set_enabled(source, SD_EVENT_OFF);
	s->cb.child(s->pid, pid < 0 ? LOOP_STATUS_UNKNOWN : status, s->userdata);
	return 0;
}

LoopSource *loop_add_child(Loop *loop, pid_t pid, void (*cb)(pid_t pid, int status, void *userdata),
			   void *userdata)
{
	LoopSource *s = source_new(loop, userdata);

	s->cb.child = cb;
	s->pid = pid;
	s->fd = (int)syscall(SYS_pidfd_open, pid, 0);
	return source_done(s, s->fd < 0 ? -errno
					: sd_event_add_io(loop->event, &s->source, s->fd, EPOLLIN,
							  on_child, s));
}

static int on_defer(sd_event_source *source, void *userdata)
{
	LoopSource *s = userdata;

	(void)source;
	s->cb.plain(s->userdata);
	return 0;
}

LoopSource *loop_add_defer(Loop *loop, void (*cb)(void *userdata), void *userdata)
{
	LoopSource *s = source_new(loop, userdata);

	s->cb.plain = cb;
	return source_done(s, sd_event_add_defer(loop->event, &s->source, on_defer, s));
}

/*
 * loop: the one event loop (sd-event) of programs that wait for several things. Nobody else
 * includes sd-event. Callbacks run in the thread that calls loop_run(); none may block.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/types.h>

#include "libcommon/error.h"

typedef struct Loop Loop;
typedef struct LoopSource LoopSource;

Loop *loop_new(void);
Loop *loop_free(Loop *loop);
DEFINE_CLEANUP(Loop, loop_free)

/* Runs until loop_exit(); returns its code, or -errno when the loop itself failed. A loop that has
 * ended cannot run again (-ESTALE). */
int loop_run(Loop *loop);
void loop_exit(Loop *loop, int code);
/* Handles what is ready, waiting at most `timeout_us` microseconds (UINT64_MAX: for ever).
 * Positive when something was handled, 0 after the timeout, -errno (-ESTALE: ended). */
int loop_iterate(Loop *loop, uint64_t timeout_us);
/* The underlying sd_event, for sd_bus_attach_event() only. */
void *loop_sd_event(Loop *loop);

/* A source is freed with its loop or by loop_source_free(), also from within its own callback;
 * those that fire once stay until then. The makers return NULL and set errno where the system
 * refuses.
 *
 * `events` are EPOLLIN…, 0 rests (hang-ups are not reported either); the descriptor stays the
 * caller's and is closed after its source is freed. What epoll cannot watch (regular files,
 * /dev/null) counts as always ready, so that `run -i <file` needs no special case. */
LoopSource *loop_add_fd(Loop *loop, int fd, uint32_t events,
			void (*cb)(int fd, uint32_t events, void *userdata), void *userdata);
void loop_source_set_events(LoopSource *s, uint32_t events);
/* Fires once at `usec` from now (CLOCK_MONOTONIC); UINT64_MAX: not before it is rearmed. */
LoopSource *loop_add_timer(Loop *loop, uint64_t usec, void (*cb)(void *userdata), void *userdata);
/* Gives a timer a new time from now, armed. */
void loop_source_rearm(LoopSource *s, uint64_t usec);
/* Blocks the signal and reports it; it stays blocked afterwards, so that none gets lost or kills in
 * between. One source per signal. */
LoopSource *loop_add_signal(Loop *loop, int sig,
			    void (*cb)(const struct signalfd_siginfo *si, void *userdata),
			    void *userdata);
/* Reports the end of a child once, by pidfd; it is reaped, and `status` is as waitpid(2) gives it
 * (LOOP_STATUS_UNKNOWN when somebody else has reaped it). SIGCHLD is not touched. */
#define LOOP_STATUS_UNKNOWN (255 << 8)
LoopSource *loop_add_child(Loop *loop, pid_t pid, void (*cb)(pid_t pid, int status, void *userdata),
			   void *userdata);
/* Runs once in the next iteration. */
LoopSource *loop_add_defer(Loop *loop, void (*cb)(void *userdata), void *userdata);
LoopSource *loop_source_free(LoopSource *s);

/* Microseconds of CLOCK_MONOTONIC. */
uint64_t now_usec(void);

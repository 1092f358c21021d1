/*
 * guest: the systemd of a booted guest, over its private socket (or its D-Bus where that one cannot
 * be had), and transient units in it.
 *
 * Nothing blocks beyond a local connect. The guest is not trusted: its socket is looked up inside
 * its root, and what it sends only decides how its own units are seen. A connection that breaks
 * (not there yet in the first milliseconds, `systemctl daemon-reexec`) is made again for as long as
 * the Guest lives; units that ended meanwhile are noticed then.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "libcommon/error.h"
#include "libcommon/loop.h"

typedef struct Guest Guest;
typedef struct GuestUnit GuestUnit;

/* Connects to PID 1 of the guest whose leader is `leader`. */
Guest *guest_open(Loop *loop, pid_t leader);
/* Also frees its units, which go on running. */
Guest *guest_free(Guest *g);
DEFINE_CLEANUP(Guest, guest_free)
/* Why there is no connection at the moment; NULL when there is one. Lives until the next event. */
const char *guest_trouble(const Guest *g);

/* Tells the state of the system (`running`, `degraded`, `starting` …) now and when it may have
 * changed. Nothing is asked for again and again: the guest's systemd sends signals. */
void guest_watch(Guest *g, void (*cb)(const char *state, void *userdata), void *userdata);

/* The guest is about to power off: a connection that breaks from now on is not made again. */
void guest_set_ending(Guest *g);

typedef struct GuestUnitSpec {
	const char *name; /* "racker-….service" */
	const char *description;
	/* Neither may hold `$` or `%`, which systemd expands. */
	char *const *argv;
	int kill_signal;
	uint64_t stop_timeout_usec;
	/* What the command leaves behind goes on running when it ends (exec). */
	bool keep_children;
	/* The guest's PID 1 refused: the unit never ran. `text` is its reason. */
	void (*failed)(const char *text, void *userdata);
	/* The unit's main process ended; `code` is Docker's exit status, or -1 when it ended while
	 * there was no connection (then it was 0, unless the kernel says otherwise). */
	void (*ended)(int code, void *userdata);
	void *userdata;
} GuestUnitSpec;

/* Starts a transient service. Copies the spec; exactly one of failed and ended is called, later. */
GuestUnit *guest_unit_start(Guest *g, const GuestUnitSpec *spec);
/* Forgets about it. */
GuestUnit *guest_unit_free(GuestUnit *u);

/* Nobody wants it any more. What the guest still makes of it is cleared away there. */
void guest_unit_abandon(GuestUnit *u);

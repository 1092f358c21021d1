/*
 * spawn: starts programs. Always an argv vector, never a shell line. The child gets a clean signal
 * mask, default dispositions, only the descriptors named here, and dies with its parent where
 * asked.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "libcommon/error.h"
#include "libcommon/str.h"

#define SPAWN_MAX_FDS 8

typedef struct Spawn {
	/* argv[0] is the program, looked up in PATH when it has no slash. */
	char *const *argv;
	/* The whole environment; NULL inherits ours. */
	char *const *env;
	/* What becomes 0, 1 and 2: a descriptor, or -1 for /dev/null. SPAWN_INIT inherits all
	 * three. */
	int in, out, err;
	/* Further descriptors: fds[i] becomes 3 + i. */
	int fds[SPAWN_MAX_FDS];
	unsigned n_fds;
	/* A signal sent to the child when the spawning thread ends; 0 for none. */
	int death_signal;
	/* Makes the child the leader of a session of its own. */
	bool new_session;
	/* Runs in the child just before exec, must be async-signal-safe; 0 or a negative errno. */
	int (*setup)(void *userdata);
	void *userdata;
} Spawn;

#define SPAWN_INIT                          \
	{                                   \
		.in = 0, .out = 1, .err = 2 \
	}

/* Starts it. Failures of exec are reported here (`run systemd-nspawn: No such file or directory`),
 * not by an exit status. *ret_pidfd may be NULL. */
int spawn(const Spawn *s, pid_t *ret_pid, int *ret_pidfd, Error **err);

/* Waits; returns the exit status, 128+n for signal n, or -errno. */
int spawn_wait(pid_t pid);

/* Runs a program to its end, collecting at most `limit` bytes of stdout (may be NULL to ignore
 * it, then stdout goes where s->out says). Returns the exit status as spawn_wait. */
int spawn_run(const Spawn *s, Strbuf *ret_out, size_t limit, Error **err);

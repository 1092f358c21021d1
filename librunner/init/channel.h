/* channel: racker-init's end of the connection to the monitor (protocol.h). There is one. */
#pragma once

#include <stddef.h>

typedef struct Go {
	int stdio[3];
	int spec;
	int seccomp; /* -1: none */
} Go;

/* Connects (`fd:N` or a path), says hello, waits for the answer. All descriptors are close-on-exec.
 */
void channel_open(const char *where, const char *token, Go *ret);

/* Receives the detached mounts of a spec that has `n` of them; `fds` has room for INIT_MAX_MOUNTS.
 */
void channel_receive_mounts(int *fds, size_t n);

/* Closes our end before its process ends: the payload counts as started. */
void channel_close(void);

/* Closes every descriptor from `first` on. */
void close_from(unsigned first);

/* Reports why the payload cannot run, and ends. Strings up to a NULL. */
_Noreturn void fail(int code, const char *first, ...) __attribute__((sentinel));
/* The same with `: ` and the text of errno behind it. */
_Noreturn void fail_errno(int code, const char *first, ...) __attribute__((sentinel));

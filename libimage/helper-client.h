/*
 * helper-client: runs racker-image for one piece of work and listens to what it tells: lines of
 * JSON, Docker's progress and at the end a result or an error.
 */
#pragma once

#include "libcommon/json.h"

#include "libcommon/error.h"
#include "libcommon/str.h"

/* The helper's descriptors: the first of `fds` is this one. */
#define HELPER_FIRST_FD 4
#define HELPER_MAX_FDS 4

typedef struct HelperWork {
	const char *what; /* for messages: "pull debian:12" */
	char *const *arguments; /* behind the program and --progress-fd */
	int in, out; /* its stdin and stdout; -1: nothing */
	int fds[HELPER_MAX_FDS];
	unsigned n_fds;
	void (*progress)(const json_t *message, void *userdata); /* may be NULL */
	void *userdata;
} HelperWork;

/* *ret_id (may be NULL) is the result, NULL when there was none. Errors are the helper's. It dies
 * with us, whatever becomes of us; -EINTR when it was interrupted. */
int helper_run(const HelperWork *work, char **ret_id, Error **err);

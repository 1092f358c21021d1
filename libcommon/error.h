/*
 * error: explains failures.
 *
 * A function that can explain its failure takes `Error **err` as its last parameter, returns 0 or a
 * positive value on success and leaves *err alone, returns a negative errno on failure and sets
 * *err exactly once. The one rule: make the error in the return statement. `err` may be NULL.
 */
#pragma once

#include "libcommon/cleanup.h"

typedef struct Error {
	/* The kind of failure, a positive errno: chooses the exit status, checked by tests. */
	int errnum;
	/* One line without a final dot, read outside-in: `pull debian:12: GET https://…: HTTP 429`.
	 */
	char *msg;
} Error;

/* Makes an error of kind `errnum`; returns -errnum. */
int error_set(Error **err, int errnum, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* As error_set, with `: ` and the system's text for `errnum` behind the message. */
int error_errno(Error **err, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* An error about a file as Go's packages write it: "lstat /x: no such file or directory". */
int error_go(Error **err, int errnum, const char *operation, const char *path);

/* Puts a prefix and `: ` in front of an error that is already there; returns `r`, unchanged. */
int error_prefix(Error **err, int r, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Hands `src` on as *err (or frees it where nobody asked); returns -src->errnum. */
int error_propagate(Error **err, Error *src);

Error *error_free(Error *err);
DEFINE_CLEANUP(Error, error_free)
#define cleanup_error cleanup(error_freep)

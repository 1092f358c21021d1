/*
 * log-sink: where the lines of a log go: a struct of functions, one for each kind of log.
 * A sink never waits for long: what it cannot write is lost, and told as soon as that is possible.
 */
#pragma once

#include <stddef.h>

#include "libcommon/error.h"
#include "libcommon/loop.h"
#include "librunner/log-settings.h"

typedef enum { LOG_STDOUT, LOG_STDERR } LogStream;

typedef struct LogSink LogSink;
struct LogSink {
	/* Pieces of a stream follow, which came now. */
	void (*begin)(LogSink *sink, LogStream stream);
	/* One line with its newline, or a piece of a line that is longer or not complete. */
	void (*piece)(LogSink *sink, const char *data, size_t n);
	/* All that has come was given. */
	void (*end)(LogSink *sink);
	/* Closes and frees it. */
	void (*free)(LogSink *sink);
};

/* log-file.c: `path` in a directory, as Docker's json-file driver writes it; rotated as `s` says.
 * The directory stays the caller's and open. With a loop, old files are compressed in the
 * background. */
int log_file_open(Loop *loop, int dirfd, const char *path, const LogSettings *s, LogSink **ret,
		  Error **err);
/* log-journald.c: the host's journal, with Docker's fields. With a loop, what waits in the buffer
 * of mode=non-blocking is sent when the journal has time; else with the next line. */
int log_journald_open(Loop *loop, const Container *c, const LogSettings *s, LogSink **ret,
		      Error **err);

/*
 * log-writer: a container's log.json, as Docker's json-file driver writes it: one object per line,
 * {"log":"text\n","stream":"stdout","time":"RFC 3339 with nanoseconds"}.
 *
 * A line longer than LOG_PIECE_MAX is cut into several objects, of which the last one ends in a
 * newline. A piece that is not valid UTF-8 has "b64" (RFC 4648, padded) in place of "log", so that
 * the log is exact for every byte. What cannot be written (disk full) is lost, never waited for.
 */
#pragma once

#include <stddef.h>

#include "libcommon/error.h"

#define LOG_PIECE_MAX 16384

typedef enum { LOG_STDOUT, LOG_STDERR } LogStream;

typedef struct LogWriter LogWriter;

/* Appends to the file `path` in a directory, made 0640 when missing. */
int log_writer_open(int dirfd, const char *path, LogWriter **ret, Error **err);
/* Writes the rest of unfinished lines and closes. */
LogWriter *log_writer_free(LogWriter *w);
DEFINE_CLEANUP(LogWriter, log_writer_free)
#define cleanup_log_writer cleanup(log_writer_freep)

/* Takes bytes as they came; lines are written when they are complete. */
void log_writer_add(LogWriter *w, LogStream stream, const void *data, size_t n);
/* The stream has ended: writes its unfinished line, without a newline. */
void log_writer_flush(LogWriter *w, LogStream stream);

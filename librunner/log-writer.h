/*
 * log-writer: takes a container's output as it comes and cuts it into the lines of its log. A line
 * longer than LOG_PIECE_MAX becomes several pieces, of which the last one ends in a newline.
 *
 * In a file (log.json) each piece is one object as Docker's json-file driver writes it:
 * {"log":"text\n","stream":"stdout","time":"RFC 3339 with nanoseconds"}, with "attrs" where labels
 * or variables were asked for. A piece that is not valid UTF-8 has "b64" (RFC 4648, padded) in
 * place of "log", so that the log is exact for every byte. What cannot be written (disk full) is
 * lost, never waited for; the log says how much.
 */
#pragma once

#include <stddef.h>

#include "librunner/log-sink.h"

#define LOG_PIECE_MAX 16384

typedef struct LogWriter LogWriter;

/* Opens the log that the container's configuration asks for; *ret is NULL where that is none. The
 * directory is the container's, and stays the caller's and open, as the loop does. */
int log_writer_open(Loop *loop, const Container *c, int dirfd, LogWriter **ret, Error **err);
/* Takes ownership of the sink. */
LogWriter *log_writer_new(LogSink *sink);
/* Writes the rest of unfinished lines and closes. */
LogWriter *log_writer_free(LogWriter *w);
DEFINE_CLEANUP(LogWriter, log_writer_free)
#define cleanup_log_writer cleanup(log_writer_freep)

/* Takes bytes as they came; lines are written when they are complete. */
void log_writer_add(LogWriter *w, LogStream stream, const void *data, size_t n);
/* The stream has ended: writes its unfinished line, without a newline. */
void log_writer_flush(LogWriter *w, LogStream stream);

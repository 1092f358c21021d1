/*
 * log-output: what `logs` shows of a line, whatever it was read from: within --since and --until,
 * to stdout or stderr, with its time and its attributes in front where that is wanted.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libcommon/str.h"
#include "librunner/container.h"
#include "librunner/log-line.h"

typedef struct LogOutput {
	int64_t since, until; /* nanoseconds since 1970 */
	bool timestamps, details;
	Strbuf common_details; /* of lines that have none of their own */
	int trouble; /* errno of a write that failed: nothing more is written */
	int out, err; /* where the streams go: 1 and 2 */
	bool open_line[2]; /* the last piece had no newline: the next one continues it */
	Strbuf pending[2];
} LogOutput;

/* Reads --since and --until. -EINVAL in Docker's words: `invalid value for "since": …`. */
int log_output_init(LogOutput *o, const LogsOptions *options, Error **err);
/* 1: shown or skipped; 0: the end was reached, nothing later is wanted. */
int log_output_add(LogOutput *o, const LogLine *line);
/* Writes what was added. -EPIPE and others when nobody reads any more. */
int log_output_flush(LogOutput *o, Error **err);
void log_output_clear(LogOutput *o);
#define cleanup_log_output cleanup(log_output_clear)

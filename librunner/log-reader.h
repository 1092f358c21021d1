/*
 * log-reader: reads a container's log.json line by line, also while it is being written.
 */
#pragma once

#include <stdbool.h>

#include "librunner/log-output.h"

typedef struct LogReader LogReader;

/* Opens below a directory, at the last `tail` lines (-1: at the start). A missing file is an empty
 * log. */
int log_reader_open(int dirfd, const char *path, int64_t tail, LogReader **ret, Error **err);
/* Hands on all complete lines that are there. 1: more may come; 0: what was asked for has ended. */
int log_reader_copy(LogReader *r, LogOutput *o, Error **err);
LogReader *log_reader_free(LogReader *r);
DEFINE_CLEANUP(LogReader, log_reader_free)
#define cleanup_log_reader cleanup(log_reader_freep)

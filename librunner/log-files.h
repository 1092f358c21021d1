/*
 * log-files: a log of lines in several files: NAME is being written, NAME.1 is the one before it,
 * NAME.2 is older still. A full file is never cut: it is renamed, so that whoever reads it finishes
 * it and goes on with the next one, and no line is lost or read twice.
 *
 * One process at a time writes and rotates; any number may read meanwhile.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libcommon/error.h"

/* NAME becomes NAME.1, and so on; at most `keep` old files stay. With 0 NAME is removed. The caller
 * makes the new NAME. 0 or -errno. A crash in between leaves a gap, which readers step over. */
int log_files_rotate(int dirfd, const char *name, unsigned keep);

typedef struct LogFiles LogFiles;

/* Begins at the oldest line. A log that does not exist is empty, and may appear later. Lines longer
 * than `line_max` are skipped. `dirfd` stays the caller's and open. */
int log_files_open(int dirfd, const char *name, size_t line_max, LogFiles **ret, Error **err);
/* Begins behind the last line instead. */
int log_files_seek_end(LogFiles *f, Error **err);
/* Begins at the last `lines` lines: those for which `counts` says yes, from the newest on, and what
 * lies between them. A file is read from its end, no further than is needed. */
int log_files_seek_tail(LogFiles *f, uint64_t lines,
			bool (*counts)(const char *line, size_t n, void *userdata), void *userdata,
			Error **err);
/* The next complete line without its newline, valid until the next call. 1; 0: no more for now. */
int log_files_line(LogFiles *f, const char **ret, size_t *ret_n, Error **err);
LogFiles *log_files_free(LogFiles *f);
DEFINE_CLEANUP(LogFiles, log_files_free)
#define cleanup_log_files cleanup(log_files_freep)

/*
 * log-line: one object of a container's log.json (log-writer.h says how they are written). Text may
 * hold NUL bytes, which is why this is not done by the tables of json.h.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libcommon/str.h"

typedef struct LogLine {
	Strbuf data; /* what the container wrote, exactly; with its newline if there was one */
	Strbuf details; /* its attributes as `logs --details` shows them: "a=b,c=d+e" */
	bool is_stderr;
	int64_t time; /* nanoseconds since 1970 */
} LogLine;

/* Parses one line without its newline, into a struct that was zeroed or used before. What a crash
 * cut off is skipped when a whole object follows it. 0 or -EINVAL. */
int log_line_parse(const char *text, size_t n, LogLine *ret);
void log_line_clear(LogLine *line);

/* Appends `name=value`, both as Go's url.QueryEscape writes them, with a comma between. */
void log_details_add(Strbuf *details, const char *name, size_t name_length, const char *value,
		     size_t value_length);

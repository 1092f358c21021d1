/*
 * progress: draws Docker's JSON progress lines
 * ({"id","status","progressDetail":{"current","total"}, "stream","error"}) on stderr or stdout: one
 * line per id with a bar on a terminal, plain lines on a pipe. One writer per terminal.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Progress Progress;

/* `fd` is 1 (racker pull) or 2 (racker run); `quiet` swallows everything. */
Progress *progress_new(int fd, bool quiet);
void progress_message(Progress *p, const json_t *message);
/* Leaves the cursor below what was drawn. */
Progress *progress_free(Progress *p);

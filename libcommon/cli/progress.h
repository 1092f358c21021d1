/*
 * progress: draws Docker's JSON progress lines
 * ({"id","status","progressDetail":{"current","total"},"stream"}) as the docker client does: on a
 * terminal one line per id, redrawn in place with a bar; on a pipe plain lines without byte counts.
 * "error", "aux" and "warning" are the caller's, which ends the drawing before it writes itself:
 * one writer per terminal.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

typedef struct Progress Progress;

/* `fd` is 1 (racker pull) or 2 (racker run); `quiet` swallows everything. */
Progress *progress_new(int fd, bool quiet);
void progress_message(Progress *p, const json_t *message);
/* The cursor is below what was drawn. */
Progress *progress_free(Progress *p);

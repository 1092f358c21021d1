/*
 * container-text: how lists show a container, in Docker's words. Callers free the strings.
 */
#pragma once

#include <stdint.h>

#include "librunner/container.h"

/* "Up 3 minutes (healthy)", "Exited (0) 2 hours ago", "Created", with " (Disabled)" behind it for a
 * container that nothing starts. `now` is in nanoseconds since 1970. */
char *container_status_text(const Container *c, int64_t now);
/* "2 hours ago" for an RFC 3339 time; "" when it is none. */
char *time_ago_text(const char *time, int64_t now);
/* Path and arguments, those with blanks in single quotes; the init of a booted system without a
 * command. */
char *container_command_text(const Container *c);
/* At most `n` characters, the last one an ellipsis when something was cut off. */
char *text_truncate(const char *text, size_t n);

/*
 * log-encode: text as the strings of a log's JSON objects, written fast: the monitor does this for
 * every byte that a container says.
 */
#pragma once

#include <stddef.h>

/* Makes the table; once, before log_put_text(). */
void log_escapes_fill(void);
/* Both write behind `p` and return where they have ended. Valid UTF-8 as a JSON string without its
 * quotes, at most six bytes for each one. */
char *log_put_text(char *p, const unsigned char *s, size_t n);
/* RFC 4648, padded. */
char *log_put_base64(char *p, const unsigned char *s, size_t n);

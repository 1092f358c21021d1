/*
 * text: the few words that racker-init has to say, without stdio. A Text never overflows: what does
 * not fit is cut off.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "librunner/init/protocol.h"

typedef struct Text {
	char s[INIT_MAX_MESSAGE];
	size_t n;
} Text;

void text_add(Text *t, const char *s);
/* Appends all strings up to a NULL; returns t->s. */
const char *text_join(Text *t, const char *first, ...) __attribute__((sentinel));
void text_vjoin(Text *t, const char *first, va_list ap);
void text_add_number(Text *t, uint64_t n);

/* An error number in the words of Docker's messages ("no such file or directory"). */
const char *errno_text(int errnum);

/* Whole-string decimal up to `max`. */
bool parse_number(const char *s, uint64_t max, uint64_t *ret);
/* The rest of `s` behind `prefix`, or NULL. */
const char *after(const char *s, const char *prefix);

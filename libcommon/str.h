/*
 * str: strings, string vectors (NULL-terminated arrays, owned with their strings) and a growing
 * buffer. A vector may be NULL, which is the empty one.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "libcommon/cleanup.h"

static inline bool streq(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* Both NULL, or equal. */
bool streq_null(const char *a, const char *b);
/* The rest of `s` behind `prefix`, or NULL. */
const char *startswith(const char *s, const char *prefix);
bool endswith(const char *s, const char *suffix);
static inline bool str_empty(const char *s)
{
	return !s || !*s;
}

/* Whole-string decimal parsing: 0, -EINVAL or -ERANGE. Neither blanks nor a plus sign pass. */
int str_to_u64(const char *s, uint64_t *ret);
int str_to_i64(const char *s, int64_t *ret);

/* Valid UTF-8 (no surrogates, no overlong forms, at most U+10FFFF) in `n` bytes. */
bool utf8_valid(const char *s, size_t n);
/* The length of the well-formed sequence that `s` starts with, 0 where there is none; n > 0. */
size_t utf8_length(const char *s, size_t n);
/* The number of the one character that these n bytes are, or -EINVAL. */
int utf8_code_point(const char *s, size_t n);

/* In double quotes as Go's strconv.Quote writes it, which is how Docker's messages quote: \n, \",
 * \x1b for control characters, \xff for bytes that are not UTF-8. */
char *str_quote(const char *s);
/* The string with control characters (but newlines and tabs) and what is not UTF-8 as \xNN, so that
 * text from an image or a registry cannot steer a terminal. */
char *str_printable(const char *s);

/* ---- string vectors ---- */

size_t strv_length(char *const *v);
char **strv_free(char **v);
char **strv_copy(char *const *v);
bool strv_contains(char *const *v, const char *s);
bool strv_equal(char *const *a, char *const *b);
/* Appends; takes ownership of `s`. */
void strv_push(char ***v, char *s);
/* Appends a copy. */
void strv_add(char ***v, const char *s);
void strv_addf(char ***v, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Appends copies of all of `more`. */
void strv_extend(char ***v, char *const *more);
/* Splits at each `sep`; empty fields are kept; "" gives one empty field. */
char **strv_split(const char *s, char sep);
char *strv_join(char *const *v, const char *sep);

/* For vectors of `NAME=value`: the value or NULL; sets or replaces; removes. */
const char *env_get(char *const *env, const char *name);
void env_set(char ***env, const char *name, const char *value);
void env_unset(char **env, const char *name);

static inline void strv_freep(char ***v)
{
	strv_free(*v);
}
#define cleanup_strv cleanup(strv_freep)
#define STRV_FOREACH(it, v) for (char *const *it = (v); it && *it; it++)

/* ---- buffer ---- */

/* `data` is always a string (NUL behind `len`), also when it holds binary data; NULL when empty
 * and never written. */
typedef struct Strbuf {
	char *data;
	size_t len, cap;
} Strbuf;

#define STRBUF_INIT \
	{           \
		0   \
	}

void strbuf_add(Strbuf *b, const void *data, size_t n);
void strbuf_adds(Strbuf *b, const char *s);
void strbuf_addc(Strbuf *b, char c);
void strbuf_addf(Strbuf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void strbuf_vaddf(Strbuf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
/* Makes room for `n` more bytes and returns where they go; the caller adds to len. */
char *strbuf_reserve(Strbuf *b, size_t n);
/* Removes `n` bytes from the front. */
void strbuf_consume(Strbuf *b, size_t n);
/* Takes the string out (never NULL) and empties the buffer. */
char *strbuf_steal(Strbuf *b);
void strbuf_clear(Strbuf *b);
#define cleanup_strbuf cleanup(strbuf_clear)

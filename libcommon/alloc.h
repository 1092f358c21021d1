/*
 * alloc: memory that is always there. Running out of memory ends the program with a message; no
 * caller checks for NULL.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

#include "libcommon/cleanup.h"

void *xmalloc(size_t size) __attribute__((malloc, returns_nonnull));
void *xcalloc(size_t n, size_t size) __attribute__((malloc, returns_nonnull));
void *xreallocarray(void *p, size_t n, size_t size) __attribute__((returns_nonnull));
/* Copies a string; NULL gives NULL. */
char *xstrdup(const char *s);
/* Copies at most `n` bytes of a string and ends it. */
char *xstrndup(const char *s, size_t n) __attribute__((returns_nonnull));
void *xmemdup(const void *p, size_t n) __attribute__((returns_nonnull));
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2), returns_nonnull));
char *xvasprintf(const char *fmt, va_list ap)
	__attribute__((format(printf, 1, 0), returns_nonnull));

#define xnew(T, n) ((T *)xreallocarray(NULL, (n), sizeof(T)))
#define xnew0(T, n) ((T *)xcalloc((n), sizeof(T)))

/* Grows an array that has `n` of `*cap` elements in use, so that one more fits. */
#define GROW(array, n, cap)                                                         \
	do {                                                                        \
		if ((n) >= *(cap)) {                                                \
			*(cap) = *(cap) ? *(cap)*2 : 8;                             \
			(array) = xreallocarray((array), *(cap), sizeof(*(array))); \
		}                                                                   \
	} while (0)

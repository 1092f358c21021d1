/*
 * sha256: FIPS 180-4 for small texts, for programs that load no cryptographic library at their
 * start.
 */
#pragma once

#include <stddef.h>

/* The digest of `n` bytes as 64 lower-case hex digits; the caller frees it. */
char *sha256_hex(const void *data, size_t n);

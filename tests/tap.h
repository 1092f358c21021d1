/*
 * tap: checks for unit tests, speaking TAP. A failed check prints file, line, what was got and what
 * was wanted, and the test goes on. main() ends with `return tap_done();`.
 */
#pragma once

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned tap_count, tap_failures;

static inline bool tap_result(bool ok, const char *file, int line, const char *what)
{
	tap_count++;
	printf("%sok %u - %s\n", ok ? "" : "not ", tap_count, what);
	if (!ok) {
		tap_failures++;
		printf("# %s:%d\n", file, line);
	}
	return ok;
}

#define check(cond) ((void)tap_result((cond), __FILE__, __LINE__, #cond))

static inline void tap_int(long long got, long long want, const char *file, int line,
			   const char *what)
{
	if (!tap_result(got == want, file, line, what))
		printf("#  got %lld\n# want %lld\n", got, want);
}
#define check_int(got, want) tap_int((got), (want), __FILE__, __LINE__, #got " == " #want)

static inline void tap_str(const char *got, const char *want, const char *file, int line,
			   const char *what)
{
	bool same = got && want ? strcmp(got, want) == 0 : got == want;

	if (!tap_result(same, file, line, what))
		printf("#  got %s\n# want %s\n", got ? got : "(null)", want ? want : "(null)");
}
#define check_str(got, want) tap_str((got), (want), __FILE__, __LINE__, #got)

static inline int tap_done(void)
{
	printf("1..%u\n", tap_count);
	return tap_failures ? 1 : 0;
}

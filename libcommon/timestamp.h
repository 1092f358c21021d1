/*
 * timestamp: points in time as nanoseconds since 1970 (UTC), read from and written as RFC 3339.
 */
#pragma once

#include <stdint.h>

#include "libcommon/error.h"

/* The wall clock. */
int64_t timestamp_current(void);

/* RFC 3339: a date with time and zone, up to nine digits of a fraction. 0 or -EINVAL. Go's zero
 * time (year 1) gives INT64_MIN. */
int timestamp_parse(const char *text, int64_t *ret);

/* What --since and --until take: RFC 3339 or a shorter part of it (in the local zone when there is
 * none), Unix seconds with a fraction, or a Go duration back from `now`. -EINVAL in Docker's words.
 */
int timestamp_parse_filter(const char *text, int64_t now, int64_t *ret, Error **err);

/* RFC 3339 in UTC with nine digits of a fraction. Caller frees. */
char *timestamp_text(int64_t t);
/* As lists show it, in the local zone: "2026-11-22 10:56:02 +0000 UTC". Caller frees. */
char *timestamp_text_go(int64_t t);

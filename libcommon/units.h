/*
 * units: sizes and durations as people write and read them, by the rules of docker/go-units and of
 * Go's time package, so that input, output and errors match Docker's. The caller frees strings.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "libcommon/error.h"

/* RAMInBytes: "512m", "1.5g", "10kb", "1KiB" (all binary) into bytes; never negative. */
int units_parse_bytes(const char *s, int64_t *ret, Error **err);
/* FromHumanSize: the same with decimal multiples. */
int units_parse_bytes_decimal(const char *s, int64_t *ret, Error **err);
/* time.ParseDuration: "1h30m", "1.5s", "-5ms" into nanoseconds. */
int units_parse_duration(const char *s, int64_t *ret, Error **err);
/* strconv.ParseInt with base 0: decimal, 0x, 0o, 0b, underscores between digits. */
int units_parse_int(const char *s, int64_t *ret, Error **err);
int units_parse_uint(const char *s, uint64_t *ret, Error **err);
/* The same with base 10: digits alone (and a sign). The second refuses what is more than `max`. */
int units_parse_decimal(const char *s, int64_t *ret, Error **err);
int units_parse_decimal_uint(const char *s, uint64_t max, uint64_t *ret, Error **err);
/* strconv.ParseBool: 1 t T true TRUE True 0 f F false FALSE False. */
int units_parse_bool(const char *s, bool *ret, Error **err);

/* HumanSize: decimal, four significant digits at most: "12.34MB", "1.5kB", "0B". */
char *human_size(double bytes);
/* HumanSizeWithPrecision: `docker images` uses 3: "74.8MB". */
char *human_size_precision(double bytes, int digits);
/* BytesSize: binary, four significant digits: "1.5GiB". */
char *human_size_binary(double bytes);
/* HumanDuration: "Less than a second", "About a minute", "2 weeks". */
char *human_duration(int64_t seconds);
/* time.Duration.String: "1h30m0s", "1.5s", "0s". */
char *duration_text(int64_t nanoseconds);

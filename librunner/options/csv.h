/*
 * csv: one record of comma-separated values as Go's encoding/csv reads it (RFC 4180), which is how
 * `--mount` is written. Errors are Go's (`parse error on line 1, column 3: …`).
 */
#pragma once

#include "libcommon/error.h"

/* The fields of the first record. -ENODATA with the text `EOF` when there is none. */
int csv_parse(const char *text, char ***ret, Error **err);
/* Adds `key=value` (or `key` where value is NULL) to a record, quoted where it must be. */
void csv_add(char **record, const char *key, const char *value);

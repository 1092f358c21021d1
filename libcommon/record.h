/*
 * record: structs as compact bytes by the tables of json.h, for caches: read many times as fast as
 * JSON, and by the same table only. record_signature() tells whether it is the same.
 *
 * What is read is checked like a foreign file: it may be cut anywhere.
 */
#pragma once

#include "libcommon/json.h"
#include "libcommon/str.h"

/* Appends what tells one table from another: names and kinds of all fields. */
void record_signature(const JsonType *type, Strbuf *out);

/* Appends a struct. Strings end at their first NUL, as everywhere. */
void record_encode(const JsonType *type, const void *data, Strbuf *out);

typedef struct RecordReader {
	const char *at, *end;
} RecordReader;

/* Fills a struct that the caller zeroed. -EINVAL for what is no record of this table; then too,
 * json_clear() frees what was read. */
int record_decode(const JsonType *type, RecordReader *reader, void *data);
/* Reads one string, which stays in the reader's buffer; -EINVAL. */
int record_string(RecordReader *reader, const char **ret);

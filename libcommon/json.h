/*
 * json: JSON (RFC 8259) to and from C structs by tables.
 *
 * A JsonType describes a struct: one JsonField per key. Decoding zeroes nothing that the document
 * does not name (null counts as not named), so a struct starts with its defaults; unknown keys are
 * ignored (json_decode_strict() refuses them). json_clear() frees whatever decoding allocated,
 * after a failure too. Errors name the place: `config.Env[3]: expected a string, got an integer`.
 * YAML reaches the same tables through yaml.h.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libcommon/error.h"

typedef enum {
	JSON_FIELD_STRING, /* char *: null and missing stay NULL */
	JSON_FIELD_INT, /* int64_t */
	JSON_FIELD_DOUBLE, /* double: integers, too */
	JSON_FIELD_BOOL, /* bool */
	JSON_FIELD_STRV, /* char **: array of strings */
	JSON_FIELD_ENV, /* char **: object of strings <-> vector of NAME=value */
	JSON_FIELD_SET, /* char **: {"a":{}, "b":{}} <-> vector of names (Docker's ExposedPorts) */
	JSON_FIELD_OBJECT, /* an embedded struct of type `sub` */
	JSON_FIELD_POINTER, /* a pointer to a struct of type `sub`, NULL when missing or null */
	JSON_FIELD_ARRAY, /* T *items with the count (size_t) at `count_offset`, structs of type
			     `sub` */
	JSON_FIELD_MAP, /* the same as an object: each struct has its key (char *) at `key_offset`
			 */
	JSON_FIELD_RAW, /* json_t *, a reference of its own */
} JsonFieldKind;

typedef enum {
	JSON_REQUIRED = 1 << 0, /* decoding fails when it is missing */
	JSON_OMIT_EMPTY = 1 << 1, /* encoding leaves out NULL, 0, false, [] and {} */
	JSON_NULL_EMPTY =
		1
		<< 2, /* encoding writes null for a NULL string or vector, or 0 (Docker's habit) */
	JSON_STRING_OR_ARRAY = 1 << 3, /* STRV: a lone string is a vector of one */
	JSON_NULL_NEGATIVE = 1 << 4, /* INT: encoding writes null for what is below zero */
	JSON_OMIT_NEGATIVE = 1 << 5, /* INT: encoding leaves out what is below zero */
	JSON_NULL_NAMES = 1 << 6, /* ENV: null <-> NAME alone */
	JSON_OMIT_NULL = 1 << 7, /* RAW: encoding leaves out null, but not {} */
} JsonFieldFlags;

typedef struct JsonType JsonType;

typedef struct JsonField {
	const char *name;
	JsonFieldKind kind;
	unsigned flags;
	size_t offset;
	size_t count_offset;
	size_t key_offset;
	const JsonType *sub;
} JsonField;

struct JsonType {
	const char *name; /* for errors */
	size_t size; /* of the struct */
	const JsonField *fields; /* ended by a row without a name */
	void (*init)(void *data); /* defaults of a struct that decoding makes; may be NULL */
};

/* Rows whose member's type the compiler checks. */
#define JSON_ROW(S, key, fkind, member, ctype, fflags)                                            \
	{                                                                                         \
		.name = (key), .kind = (fkind), .flags = (fflags),                                \
		.offset = offsetof(S, member) + 0 * sizeof((ctype *)NULL == &((S *)NULL)->member) \
	}
#define JSON_STRING(S, key, member, flags) \
	JSON_ROW(S, key, JSON_FIELD_STRING, member, char *, flags)
#define JSON_INT(S, key, member, flags) JSON_ROW(S, key, JSON_FIELD_INT, member, int64_t, flags)
#define JSON_DOUBLE(S, key, member, flags) \
	JSON_ROW(S, key, JSON_FIELD_DOUBLE, member, double, flags)
#define JSON_BOOL(S, key, member, flags) JSON_ROW(S, key, JSON_FIELD_BOOL, member, bool, flags)
#define JSON_STRV(S, key, member, flags) JSON_ROW(S, key, JSON_FIELD_STRV, member, char **, flags)
#define JSON_ENV(S, key, member, flags) JSON_ROW(S, key, JSON_FIELD_ENV, member, char **, flags)
#define JSON_SET(S, key, member, flags) JSON_ROW(S, key, JSON_FIELD_SET, member, char **, flags)
#define JSON_RAW(S, key, member, flags) JSON_ROW(S, key, JSON_FIELD_RAW, member, json_t *, flags)
#define JSON_OBJECT(S, key, member, type, fflags)                            \
	{                                                                    \
		.name = (key), .kind = JSON_FIELD_OBJECT, .flags = (fflags), \
		.offset = offsetof(S, member), .sub = (type)                 \
	}
#define JSON_POINTER(S, key, member, type, fflags)                            \
	{                                                                     \
		.name = (key), .kind = JSON_FIELD_POINTER, .flags = (fflags), \
		.offset = offsetof(S, member), .sub = (type)                  \
	}
#define JSON_ARRAY(S, key, member, count, type, fflags)                                         \
	{                                                                                       \
		.name = (key), .kind = JSON_FIELD_ARRAY, .flags = (fflags),                     \
		.offset = offsetof(S, member),                                                  \
		.count_offset =                                                                 \
			offsetof(S, count) + 0 * sizeof((size_t *)NULL == &((S *)NULL)->count), \
		.sub = (type)                                                                   \
	}
/* E: the structs' type, whose member `keymember` has the key; `type` does not name that one. */
#define JSON_MAP(S, key, member, count, type, E, keymember, fflags)                             \
	{                                                                                       \
		.name = (key), .kind = JSON_FIELD_MAP, .flags = (fflags),                       \
		.offset = offsetof(S, member) + 0 * sizeof((E **)NULL == &((S *)NULL)->member), \
		.count_offset =                                                                 \
			offsetof(S, count) + 0 * sizeof((size_t *)NULL == &((S *)NULL)->count), \
		.key_offset = offsetof(E, keymember) +                                          \
			      0 * sizeof((char **)NULL == &((E *)NULL)->keymember),             \
		.sub = (type)                                                                   \
	}
#define JSON_END             \
	{                    \
		.name = NULL \
	}

/* Fills `data` (a struct of `type`) from an object. -EINVAL with the path of the wrong value. */
int json_decode(const json_t *value, const JsonType *type, void *data, Error **err);
/* The same, refusing keys that the table does not know. */
int json_decode_strict(const json_t *value, const JsonType *type, void *data, Error **err);
/* Never fails (bytes that are not UTF-8 become U+FFFD); the caller owns the result. */
json_t *json_encode(const JsonType *type, const void *data);
/* Frees what decoding allocated and zeroes the struct. */
void json_clear(const JsonType *type, void *data);

/* A string value of `n` bytes; what is not UTF-8 becomes U+FFFD, as in Go. json_string() and the
 * "s" of json_pack() give NULL there: use this for text that a guest or a user chose. */
json_t *json_string_lossy(const char *s, size_t n);

/* Parses a document of `n` bytes: any value, a bounded number of levels, no duplicate keys, no
 * trailing data, no NUL in strings. Errors are `what:line:column: text`. */
int json_parse(const char *text, size_t n, const char *what, json_t **ret, Error **err);
/* The value of a text that is a part of the program; a wrong one ends it. */
json_t *json_constant(const char *text);
/* Compact text, keys in their order of insertion; the caller frees it. */
char *json_text(const json_t *value);
/* Indented by four blanks as Docker's inspect does, without a final newline. */
char *json_text_pretty(const json_t *value);

/* Reads and decodes a file of at most `limit` bytes. -ENOENT with the path if there is none. */
int json_read_file(int dirfd, const char *path, size_t limit, const JsonType *type, void *data,
		   Error **err);
/* Encodes and writes atomically; `flags` are FsFlags. */
int json_write_file(int dirfd, const char *path, const JsonType *type, const void *data,
		    mode_t mode, int flags, Error **err);

static inline void json_unrefp(json_t **v)
{
	json_decref(*v);
}
#define cleanup_json cleanup(json_unrefp)

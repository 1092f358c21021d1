/*
 * yaml: YAML 1.2 core schema into a jansson tree, for the decoder of json.h.
 *
 * Plain scalars become null, booleans (true and false only), integers (decimal, 0x, 0o and, as
 * compose files write modes, a leading 0 for octal), numbers or strings; keys are always strings.
 * Anchors, aliases and merge keys work; the number of nodes that alias expansion may make is
 * bounded, so that a bomb is an error, and so is the depth. Duplicate keys, unknown tags, a second
 * document and what is not UTF-8 are refused. Errors are `what:line:column: text`.
 */
#pragma once

#include <jansson.h>

#include "libcommon/error.h"

/* Parses one document; an empty one gives an empty object. */
int yaml_parse(const char *text, size_t n, const char *what, json_t **ret, Error **err);

/* What an application's tag (`!name`) does to its value. */
typedef enum {
	YAML_TAG_IGNORE, /* the value is what it is without the tag */
	YAML_TAG_DROP, /* the member or item is left out */
} YamlTagAction;

/* For documents as Go's yaml.v3 reads them, whose reader has to know places and tags. Any function
 * may be NULL. */
typedef struct YamlReader {
	void *data;
	/* A member of an object (`key` at its key) or, with NULL, a value was at this place. */
	void (*place)(void *data, json_t *value, const char *key, size_t line, size_t column);
	/* A member of one object (or, with NULL, a value) became one of another. */
	void (*copied)(void *data, const json_t *from, json_t *to, const char *key);
	/* A tag, of the value that `path` (keys and decimal indexes, without merge keys) names. */
	YamlTagAction (*tag)(void *data, size_t document, char *const *path, const char *tag);
} YamlReader;

/* Parses all documents into an array. Scalars are Go's: also 0b1 and 1_000; integers beyond 64
 * bits with a sign and dates stay text. Keys that are no strings are refused, tags ignored. */
int yaml_parse_documents(const char *text, size_t n, const char *what, const YamlReader *reader,
			 json_t **ret, Error **err);

/* Parses a file of at most `limit` bytes; -ENOENT with the path if there is none. */
int yaml_read_file(int dirfd, const char *path, size_t limit, json_t **ret, Error **err);

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
/* Parses a file of at most `limit` bytes; -ENOENT with the path if there is none. */
int yaml_read_file(int dirfd, const char *path, size_t limit, json_t **ret, Error **err);

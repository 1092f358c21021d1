/*
 * yaml: YAML 1.2 core schema into a jansson tree, for the decoder of json.h.
 *
 * Anchors and merge keys work; the number of nodes that alias expansion may make is bounded
 * (YAML_MAX_NODES), so that a bomb is an error. Errors have file, line and column.
 */
#pragma once

#include <jansson.h>

#include "libcommon/error.h"

/* Parses one document; an empty one gives an empty object. */
int yaml_parse(const char *text, size_t n, const char *what, json_t **ret, Error **err);
int yaml_read_file(int dirfd, const char *path, size_t limit, json_t **ret, Error **err);

/*
 * yaml-write: jansson values as YAML text, as Go's yaml.v3 (which Compose prints with) writes them:
 * blocks indented by two, literal blocks for text of several lines, quotes only where a plain
 * scalar would be read as something else.
 */
#pragma once

#include <jansson.h>

/* Members in their order; ends with a newline. The caller frees it. */
char *yaml_text(const json_t *value);
/* As yaml.v3 sorts the keys of a map: letters before digits' values, "a2" before "a10". */
int yaml_compare_keys(const char *a, const char *b);

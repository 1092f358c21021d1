/* yaml-scalar: what a plain scalar of YAML means (core schema); private to yaml.c. */
#pragma once

#include <jansson.h>

/* A string that is not a NUL-terminated piece of UTF-8 gives NULL. */
json_t *yaml_string(const char *s, size_t n);
/* Null, a boolean, an integer, a number or a string. */
json_t *yaml_plain_scalar(const char *s);
/* The same as Go's yaml.v3 has it. NULL for a number that is not finite. */
json_t *yaml_go_scalar(const char *s);

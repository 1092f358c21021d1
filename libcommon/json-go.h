/* json-go: JSON text as Go's encoding/json writes it, with <, > and & escaped. */
#pragma once

#include <jansson.h>

/* Members in their order. `indent` blanks per level, 0: compact. The caller frees it. */
char *json_go_text(const json_t *value, unsigned indent);

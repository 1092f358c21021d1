/* variables: which variables a tree that was not interpolated names, and what they fall back to. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "libcommon/json.h"

typedef struct ComposeVariable {
	char *name;
	char *fallback; /* of :- and -; "" */
	char *alternate; /* of :+ and +; "" */
	bool required; /* :? and ? */
} ComposeVariable;

/* Sorted by name. The caller frees them with compose_variables_free(). */
ComposeVariable *compose_variables(const json_t *tree, size_t *ret_n);
void compose_variables_free(ComposeVariable *variables, size_t n);
/* The table of `config --variables`; the caller frees it. */
char *compose_variables_text(const json_t *tree);

/*
 * dotenv: `.env` files and service's env_file as compose reads them: quotes, `export`, values over
 * several lines, `#` comments, variables in values. (Docker's --env-file has none of these:
 * libcommon/env-file.h.)
 */
#pragma once

#include <stddef.h>

#include "compose/substitute.h"
#include "libcommon/error.h"

/* Appends or replaces the text's variables in `env`. What a value names is looked up with `lookup`
 * first, then among the variables of this text; a NAME alone takes its value from `lookup`, or
 * counts for nothing. Errors begin with `line N: `. */
int dotenv_parse(const char *text, size_t n, VariableLookup lookup, const void *data, char ***env,
		 Error **err);

/* Reads files in their order; later ones count for more. Lookups go to `current`, then to the files
 * before. Appends to `env` or replaces there. */
int dotenv_read(char *const *files, char *const *current, char ***env, Error **err);

/* A vector of NAME=value as a lookup: `data` is a `char *const *`, the vector itself. */
const char *variable_lookup_env(const void *data, const char *name);

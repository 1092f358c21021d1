/*
 * env-file: files of NAME=value lines, as `--env-file` and `--label-file` read them: `#` comments,
 * no quotes, no expansion, trailing blanks belong to the value.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "libcommon/error.h"

/* Appends the file's entries to `*env`. With `inherit`, a NAME alone takes its value from our
 * environment and counts for nothing when it has none there; otherwise it stays a NAME alone.
 * Errors are Docker's
 * (`variable 'a b' contains whitespaces`), with the line. */
int env_file_parse(const char *text, size_t n, bool inherit, char ***env, Error **err);
/* The same for a file; errors begin with `invalid env file (PATH): `. */
int env_file_read(const char *path, bool inherit, char ***env, Error **err);

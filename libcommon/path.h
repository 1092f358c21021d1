/* path: paths as text, without looking at any file. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Whether `path` is `dir` or below it; both are clean. */
bool path_is_within(const char *path, const char *dir);
/* How many names a clean path has. */
size_t path_depth(const char *path);

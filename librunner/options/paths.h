/*
 * paths: paths of the command line by the rules of Go's path package.
 */
#pragma once

#include "libcommon/error.h"

/* An absolute path without `//`, `.`, `..` and trailing slash; caller frees. */
char *path_clean(const char *path);
/* Relative paths are below `base`, or below the working directory when it is NULL. */
int path_absolute(const char *path, const char *base, char **ret, Error **err);

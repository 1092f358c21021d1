/*
 * security: `--security-opt` as Docker's client and engine understand it.
 */
#pragma once

#include "libcommon/error.h"

/* The option as it is kept: `seccomp=FILE` becomes `seccomp=` and the file's JSON on one line.
 * `base` is the folder of relative files, NULL for the working directory. */
int security_option_read(const char *text, const char *base, char **ret, Error **err);
/* Whether there is such an option, and whether it can be had here. */
int security_option_check(const char *text, Error **err);

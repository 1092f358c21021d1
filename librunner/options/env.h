/*
 * env: `-e` as `run` and `exec` have it.
 */
#pragma once

#include "libcommon/cli/flags.h"

/* For FLAG_CALL rows of `-e NAME=value`, or `-e NAME`, which takes the value from our environment.
 * The row's offset is that of a char ** member, which the command clears. */
int parse_env(const Flag *flag, const char *value, void *options, Error **err);

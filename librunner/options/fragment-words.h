/*
 * fragment-words: a value of a fragment as words of a command line; private to fragments.
 */
#pragma once

#include "libcommon/json.h"

#include "libcommon/cli/flags.h"

/* Appends `--name=value` words: one for a scalar, one for each element of a list or a map. Errors
 * do not name the place. */
int fragment_words(const Flag *flag, const json_t *value, char ***words, Error **err);

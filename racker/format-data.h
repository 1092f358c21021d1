/*
 * format-data: `--format` of commands that show one object (version, info).
 */
#pragma once

#include "libcommon/json.h"

/* Prints the object by a template or as "json". `name` is the template's in messages. Returns the
 * exit status; what is wrong is shown. */
int format_data(const char *format, const char *name, json_t *data);

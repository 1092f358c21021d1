/*
 * volumes: `-v SOURCE:TARGET[:MODE]` by the rules of Docker's client.
 */
#pragma once

#include "libcommon/error.h"

/* Checks the form and makes a source that begins with `.` absolute, below `base` or (NULL) the
 * working directory. The caller frees *ret. */
int volume_resolve(const char *text, const char *base, char **ret, Error **err);
/* The form alone: one to three sections between colons, none empty. */
int volume_check_form(const char *text, Error **err);

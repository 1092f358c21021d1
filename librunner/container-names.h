/*
 * container-names: names of containers: what is valid, and generated ones (adjective_surname).
 */
#pragma once

#include "libcommon/error.h"

/* Docker's rule: [a-zA-Z0-9][a-zA-Z0-9_.-]+ */
int container_name_check(const char *name, Error **err);

/* A random name. Some ten thousand exist; after a few `attempt`s that were taken it gets a number.
 * Caller frees. */
char *container_name_generate(unsigned attempt);

/*
 * child: runs a function in a process of its own, for what changes the process (namespaces, mounts,
 * the working directory) and must leave nothing of that behind, however it ends.
 */
#pragma once

#include "libcommon/error.h"

/* The child dies with us. Returns what the function returned, with its error. */
int child_run(int (*act)(void *userdata, Error **err), void *userdata, Error **err);

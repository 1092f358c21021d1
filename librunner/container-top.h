/*
 * container-top: the processes of a container as the host's ps(1) shows them.
 */
#pragma once

#include "librunner/container.h"

/* Runs ps with `args` (none: -ef) and keeps the container's processes. Cells are joined by tabs, as
 * tab-align and Docker's client want them; the first line holds the titles. */
int container_top(Runtime *rt, const char *name, char *const *args, char ***ret_lines, Error **err);

/* The lines of ps output whose PID is one of `pids` (ascending), in that form. -EINVAL when it has
 * no column of that name. */
int top_filter(const char *output, const pid_t *pids, size_t n, char ***ret_lines, Error **err);

/*
 * stop-options: what `stop` and `restart` have in common.
 */
#pragma once

#include "libcommon/cli/command.h"
#include "librunner/container.h"

typedef struct StopOptions {
	char *signal;
	int64_t timeout;
	bool timeout_given;
} StopOptions;

extern const Flag stop_flags[];

/* container_stop() or container_restart(). */
typedef int StopFunction(Runtime *rt, const char *name, int64_t timeout, const char *signal,
			 Error **err);
/* Calls it for all operands, at the same time. */
int stop_each(Cli *cli, void *opts, char **operands, StopFunction *function, Error **err);

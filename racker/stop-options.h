/*
 * stop-options: what `stop` and `restart` have in common.
 */
#pragma once

#include "libcommon/cli/flags.h"

typedef struct StopOptions {
	char *signal;
	int64_t timeout;
	bool timeout_given;
} StopOptions;

extern const Flag stop_flags[];

/* For container_stop(): -1 where the user has not given one. */
int64_t stop_timeout(const StopOptions *o);
const char *stop_signal(const StopOptions *o);

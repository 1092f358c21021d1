/*
 * attached: `up` that stays: shows the output of the containers, ends with them, and ends them when
 * the user wants that.
 */
#pragma once

#include "compose/cli/streams.h"

typedef struct AttachedOptions {
	char **attach; /* only these services are shown; NULL: all */
	char **no_attach;
	bool color, prefix, timestamps;
	bool abort_on_exit; /* the first container that ends ends them all */
	const char *exit_code_from; /* whose exit status is ours */
	int64_t timeout;
	bool watch; /* files of the host, too */
	ComposeStart start;
} AttachedOptions;

/* Starts the project's containers and stays. Returns the exit status; -ECANCELED: the user has
 * ended it. */
int compose_attached(ComposeCli *c, const AttachedOptions *o, Error **err);

/*
 * engine: what every command needs of the libraries: an open runtime that tells the user what it
 * does. Notices go to stderr; progress is drawn where the command wants it.
 */
#pragma once

#include "libcommon/cli/command.h"
#include "libcommon/cli/progress.h"
#include "librunner/container.h"
#include "librunner/options/env.h"
#include "librunner/runtime.h"

typedef struct Engine {
	Runtime *rt;
	Progress *progress; /* NULL until the first message of a pull */
	int progress_fd; /* 1: the pull is the command's result; 2: it is by the way */
	bool quiet;
} Engine;

int engine_open(const Cli *cli, Engine *ret, Error **err);
/* Leaves the cursor below the progress that was drawn. */
void engine_finish_progress(Engine *e);
void engine_close(Engine *e);
#define cleanup_engine cleanup(engine_close)

/* Calls `act` with each operand, in their order. A failure is shown, and the next operand follows.
 * Returns the exit status: 1 when one has failed. */
int engine_for_each(const Cli *cli, Engine *e, char **operands,
		    int (*act)(Engine *e, const char *operand, void *userdata, Error **err),
		    void *userdata);

/* For FLAG_CALL rows of repeated `key=value` options: refuses what has no `=` with Docker's text.
 * The row's offset is that of a char ** member, which the command clears. */
int parse_filter(const Flag *flag, const char *value, void *options, Error **err);

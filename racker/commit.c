#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/container-commit.h"
#include "racker/commands.h"
#include "racker/engine.h"

typedef struct CommitCommandOptions {
	char *author, *message;
	char **changes;
	bool pause;
} CommitCommandOptions;

/* clang-format off */
static const Flag options[] = {
	FLAG_STRING(CommitCommandOptions, "author", 'a', author,
		    "Author (e.g., \"John Hannibal Smith\n<hannibal@a-team.com>\")"),
	FLAG_LIST(CommitCommandOptions, "change", 'c', changes,
		  "Apply Dockerfile instruction to the created image"),
	FLAG_STRING(CommitCommandOptions, "message", 'm', message, "Commit message"),
	FLAG_BOOL(CommitCommandOptions, "pause", 'p', pause, "Pause container during commit",
		  .fallback = "true"),
	FLAG_END,
};
/* clang-format on */

static void defaults(void *opts)
{
	CommitCommandOptions *o = opts;

	o->pause = true;
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	const CommitCommandOptions *o = opts;
	cleanup_free char *id = NULL;
	const CommitOptions commit = {
		.reference = operands[1],
		.author = o->author,
		.message = o->message,
		.changes = o->changes,
		.pause = o->pause,
	};
	int r = engine_open(cli, &engine, err);

	if (r >= 0)
		r = container_commit_image(engine.rt, operands[0], &commit, &id, err);
	if (r >= 0)
		printf("%s\n", id);
	return r;
}

const Command command_commit = {
	.name = "commit",
	.aliases = "container commit, commit",
	.usage = "commit [OPTIONS] CONTAINER [REPOSITORY[:TAG]]",
	.summary = "Create a new image from a container's changes",
	.flags = COMMAND_STOP_AT_OPERAND,
	.min_args = 1,
	.max_args = 2,
	.options = options,
	.options_size = sizeof(CommitCommandOptions),
	.defaults = defaults,
	.run = run,
};

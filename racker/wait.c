#include "racker/commands.h"
#include "racker/engine.h"

static int wait_one(Engine *e, const char *name, void *userdata, Error **err)
{
	int status, r = container_wait(e->rt, name, &status, err);

	(void)userdata;
	if (r < 0)
		return r;
	printf("%d\n", status);
	/* Each status is shown when it is known, not when the last one is. */
	(void)fflush(stdout);
	return 0;
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	int r = engine_open(cli, &engine, err);

	return r < 0 ? r : engine_for_each(cli, &engine, operands, wait_one, opts);
}

const Command command_wait = {
	.name = "wait",
	.aliases = "container wait, wait",
	.usage = "wait CONTAINER [CONTAINER...]",
	.summary = "Block until one or more containers stop, then print their exit codes",
	.flags = COMMAND_VERB,
	.min_args = 1,
	.max_args = -1,
	.run = run,
};

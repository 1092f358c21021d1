#include "librunner/container-pause.h"
#include "racker/commands.h"
#include "racker/parallel.h"

static int unpause_one(Engine *e, const char *name, const void *userdata, Error **err)
{
	(void)userdata;
	return container_unpause(e->rt, name, err);
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	ParallelAct act = { .act = unpause_one, .userdata = opts };
	int r = engine_open(cli, &engine, err);

	return r < 0 ? r : parallel_for_each(cli, &engine, operands, &act);
}

const Command command_unpause = {
	.name = "unpause",
	.aliases = "container unpause, unpause",
	.usage = "unpause CONTAINER [CONTAINER...]",
	.summary = "Unpause all processes within one or more containers",
	.min_args = 1,
	.max_args = -1,
	.run = run,
};

#include "libcommon/alloc.h"
#include "librunner/container-clone.h"
#include "racker/commands.h"
#include "racker/engine.h"

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	cleanup_free char *id = NULL;
	int r = engine_open(cli, &engine, err);

	(void)opts;
	if (r >= 0)
		r = container_clone(engine.rt, operands[0], operands[1], &id, err);
	if (r >= 0)
		printf("%s\n", id);
	return r;
}

const Command command_copy = {
	.name = "copy",
	.aliases = "container copy, copy",
	.usage = "copy CONTAINER NEW_NAME",
	.summary = "Create a new container with the files and the configuration of another one",
	.description =
		"Create a new container with the files and the configuration of another one, "
		"which is\n"
		"stopped or paused. The copy has an identity of its own; it is not started.",
	.min_args = 2,
	.max_args = 2,
	.run = run,
};

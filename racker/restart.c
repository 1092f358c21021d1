#include "racker/commands.h"
#include "racker/stop-options.h"

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	return stop_each(cli, opts, operands, container_restart, err);
}

const Command command_restart = {
	.name = "restart",
	.aliases = "container restart, restart",
	.usage = "restart [OPTIONS] CONTAINER [CONTAINER...]",
	.summary = "Restart one or more containers",
	.flags = COMMAND_VERB,
	.min_args = 1,
	.max_args = -1,
	.options = stop_flags,
	.options_size = sizeof(StopOptions),
	.run = run,
};

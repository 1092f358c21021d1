/* The group `volume`, and what of it belongs to a swarm. */
#include "racker/volume.h"

#include <stdio.h>

#include "racker/commands.h"

static const Flag update_options[] = {
	FLAG_REFUSED("availability", 0, "string", VOLUME_NO_CLUSTER),
	FLAG_END,
};

static int run_update(Cli *cli, void *opts, char **operands, Error **err)
{
	(void)cli;
	(void)opts;
	(void)operands;
	(void)err;
	fputs("can only update cluster volumes\n", stderr);
	return 1;
}

static const Command command_volume_update = {
	.name = "update",
	.usage = "update [OPTIONS] [VOLUME]",
	.summary = "Update a volume (cluster volumes only)",
	.flags = COMMAND_HIDDEN,
	.min_args = 1,
	.max_args = 1,
	.options = update_options,
	.run = run_update,
};

/* clang-format off */
static const Command *const volume_commands[] = {
	&command_volume_create,
	&command_volume_inspect,
	&command_volume_ls,
	&command_volume_prune,
	&command_volume_rm,
	&command_volume_update,
	NULL,
};
/* clang-format on */

const Command command_volume = {
	.name = "volume",
	.usage = "volume COMMAND",
	.summary = "Manage volumes",
	.flags = COMMAND_MANAGEMENT,
	.subcommands = volume_commands,
};

/* The group `network`. */
#include "racker/commands.h"

/* clang-format off */
static const Command *const network_commands[] = {
	&command_network_connect,
	&command_network_create,
	&command_network_disconnect,
	&command_network_inspect,
	&command_network_ls,
	&command_network_prune,
	&command_network_reload,
	&command_network_rm,
	NULL,
};
/* clang-format on */

const Command command_network = {
	.name = "network",
	.usage = "network COMMAND",
	.summary = "Manage networks",
	.flags = COMMAND_MANAGEMENT,
	.subcommands = network_commands,
};

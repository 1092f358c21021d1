/* postroj: tests distribution packages in containers across distributions. */
#include "postroj/commands.h"

static const Command *const commands[] = { &list_images_command, NULL };

static const Command postroj_command = {
	.name = "postroj",
	.usage = "postroj [OPTIONS] COMMAND",
	.summary = "Tests packages in containers across distributions",
	.max_args = -1,
	.subcommands = commands,
};

int main(int argc, char **argv)
{
	return cli_main(&postroj_command, argc, argv);
}

#include "libcommon/str.h"
#include "librunner/container-change.h"
#include "racker/commands.h"
#include "racker/engine.h"

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	cleanup_error Error *e = NULL;
	int r;

	(void)opts;
	if (str_empty(operands[0]) || str_empty(operands[1])) {
		fputs("Error: Neither old nor new names may be empty\n", stderr);
		return 1;
	}
	r = engine_open(cli, &engine, err);
	if (r < 0)
		return r;
	if (container_rename(engine.rt, operands[0], operands[1], &e) >= 0)
		return 0;
	cli_print_error(cli, e);
	fprintf(stderr, "Error: failed to rename container named %s\n", operands[0]);
	return 1;
}

const Command command_rename = {
	.name = "rename",
	.aliases = "container rename, rename",
	.usage = "rename CONTAINER NEW_NAME",
	.summary = "Rename a container",
	.min_args = 2,
	.max_args = 2,
	.run = run,
};

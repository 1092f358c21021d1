#include "libcommon/str.h"
#include "librunner/container-diff.h"
#include "racker/commands.h"
#include "racker/engine.h"

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	cleanup_changes Changes changes = { 0 };
	int r;

	(void)opts;
	if (!*operands[0])
		return error_set(err, EINVAL, "Container name cannot be empty");
	r = engine_open(cli, &engine, err);
	if (r >= 0)
		r = container_diff(engine.rt, operands[0], &changes, err);
	for (size_t i = 0; r >= 0 && i < changes.n; i++)
		printf("%c %s\n", (char)changes.list[i].kind, changes.list[i].path);
	return r;
}

const Command command_diff = {
	.name = "diff",
	.aliases = "container diff, diff",
	.usage = "diff CONTAINER",
	.summary = "Inspect changes to files or directories on a container's filesystem",
	.min_args = 1,
	.max_args = 1,
	.run = run,
};

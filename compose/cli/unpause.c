#include "compose/cli/cli.h"

typedef struct UnpauseFlags {
	bool dry_run;
} UnpauseFlags;

/* clang-format off */
static const Flag options[] = {
	COMPOSE_DRY_RUN(UnpauseFlags),
	FLAG_END,
};
/* clang-format on */

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	const UnpauseFlags *o = opts;
	const ActOptions act = { .kind = ACT_UNPAUSE, .services = operands };

	return compose_cli_act(cli, o->dry_run, "Running", &act, err);
}

const Command command_compose_unpause = {
	.name = "unpause",
	.usage = "unpause [SERVICE...]",
	.summary = "Unpause services",
	.min_args = 0,
	.max_args = -1,
	.options = options,
	.options_size = sizeof(UnpauseFlags),
	.run = run,
};

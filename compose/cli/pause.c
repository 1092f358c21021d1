#include "compose/cli/cli.h"

typedef struct PauseFlags {
	bool dry_run;
} PauseFlags;

/* clang-format off */
static const Flag options[] = {
	COMPOSE_DRY_RUN(PauseFlags),
	FLAG_END,
};
/* clang-format on */

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	const PauseFlags *o = opts;
	const ActOptions act = { .kind = ACT_PAUSE, .services = operands };

	return compose_cli_act(cli, o->dry_run, "Running", &act, err);
}

const Command command_compose_pause = {
	.name = "pause",
	.usage = "pause [SERVICE...]",
	.summary = "Pause services",
	.min_args = 0,
	.max_args = -1,
	.options = options,
	.options_size = sizeof(PauseFlags),
	.run = run,
};

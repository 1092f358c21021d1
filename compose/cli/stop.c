#include "compose/cli/cli.h"

typedef struct StopFlags {
	int64_t timeout;
	bool dry_run;
} StopFlags;

/* clang-format off */
static const Flag options[] = {
	FLAG_INT(StopFlags, "timeout", 't', timeout, "Specify a shutdown timeout in seconds"),
	COMPOSE_DRY_RUN(StopFlags),
	FLAG_END,
};
/* clang-format on */

static void defaults(void *opts)
{
	((StopFlags *)opts)->timeout = -1;
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	const StopFlags *o = opts;
	const ActOptions act = { .kind = ACT_STOP, .services = operands, .timeout = o->timeout };

	return compose_cli_act(cli, o->dry_run, "Stopping", &act, err);
}

const Command command_compose_stop = {
	.name = "stop",
	.usage = "stop [OPTIONS] [SERVICE...]",
	.summary = "Stop services",
	.min_args = 0,
	.max_args = -1,
	.options = options,
	.options_size = sizeof(StopFlags),
	.defaults = defaults,
	.run = run,
};

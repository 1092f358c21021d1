#include "compose/cli/cli.h"

typedef struct KillFlags {
	bool remove_orphans, dry_run;
	char *signal;
} KillFlags;

/* clang-format off */
static const Flag options[] = {
	FLAG_BOOL(KillFlags, "remove-orphans", 0, remove_orphans, "Remove containers for services not defined in the Compose file"),
	FLAG_STRING(KillFlags, "signal", 's', signal, "SIGNAL to send to the container", .fallback = "SIGKILL"),
	COMPOSE_DRY_RUN(KillFlags),
	FLAG_END,
};
/* clang-format on */

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	const KillFlags *o = opts;
	const ActOptions act = { .kind = ACT_KILL,
				 .services = operands,
				 .signal = o->signal,
				 .remove_orphans = o->remove_orphans };

	return compose_cli_act(cli, o->dry_run, "Killing", &act, err);
}

const Command command_compose_kill = {
	.name = "kill",
	.usage = "kill [OPTIONS] [SERVICE...]",
	.summary = "Force stop service containers",
	.min_args = 0,
	.max_args = -1,
	.options = options,
	.options_size = sizeof(KillFlags),
	.run = run,
};

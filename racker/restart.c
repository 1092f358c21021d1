#include "libcommon/str.h"
#include "racker/commands.h"
#include "racker/parallel.h"
#include "racker/stop-options.h"

static int restart_one(Engine *e, const char *name, const void *userdata, Error **err)
{
	const StopOptions *o = userdata;

	return container_restart(e->rt, name, stop_timeout(o), stop_signal(o), err);
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	StopOptions *o = opts;
	ParallelAct act = { .act = restart_one, .userdata = o };
	int r = engine_open(cli, &engine, err);

	o->timeout_given = flags_given(cli->parsed, "timeout");
	return r < 0 ? r : parallel_for_each(cli, &engine, operands, &act);
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

#include "libcommon/str.h"
#include "racker/commands.h"
#include "racker/parallel.h"

typedef struct KillOptions {
	char *signal;
} KillOptions;

static const Flag options[] = {
	FLAG_STRING(KillOptions, "signal", 's', signal, "Signal to send to the container"),
	FLAG_END,
};

static int kill_one(Engine *e, const char *name, const void *userdata, Error **err)
{
	const KillOptions *o = userdata;

	return container_kill(e->rt, name, str_empty(o->signal) ? "KILL" : o->signal, err);
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	ParallelAct act = { .act = kill_one, .userdata = opts };
	int r = engine_open(cli, &engine, err);

	return r < 0 ? r : parallel_for_each(cli, &engine, operands, &act);
}

const Command command_kill = {
	.name = "kill",
	.aliases = "container kill, kill",
	.usage = "kill [OPTIONS] CONTAINER [CONTAINER...]",
	.summary = "Kill one or more running containers",
	.flags = COMMAND_VERB,
	.min_args = 1,
	.max_args = -1,
	.options = options,
	.options_size = sizeof(KillOptions),
	.run = run,
};

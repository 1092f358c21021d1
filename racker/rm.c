#include "racker/commands.h"
#include "racker/parallel.h"

typedef struct RmOptions {
	bool force, volumes;
} RmOptions;

static const Flag options[] = {
	FLAG_BOOL(RmOptions, "force", 'f', force,
		  "Force the removal of a running container (uses SIGKILL)"),
	FLAG_BOOL(RmOptions, "volumes", 'v', volumes,
		  "Remove anonymous volumes associated with the container"),
	FLAG_END,
};

static int rm_one(Engine *e, const char *name, const void *userdata, Error **err)
{
	const RmOptions *o = userdata;

	return container_remove(e->rt, name, o->force, o->volumes, err);
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	const RmOptions *o = opts;
	/* With --force, what is not there is as good as removed. */
	ParallelAct act = { .act = rm_one, .userdata = o, .harmless = o->force ? ENOENT : 0 };
	int r = engine_open(cli, &engine, err);

	return r < 0 ? r : parallel_for_each(cli, &engine, operands, &act);
}

const Command command_rm = {
	.name = "rm",
	.aliases = "container rm, container remove, rm",
	.usage = "rm [OPTIONS] CONTAINER [CONTAINER...]",
	.summary = "Remove one or more containers",
	.flags = COMMAND_VERB,
	.min_args = 1,
	.max_args = -1,
	.options = options,
	.options_size = sizeof(RmOptions),
	.run = run,
};

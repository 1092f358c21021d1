/* volume rm. */
#include "librunner/volume.h"
#include "racker/commands.h"
#include "racker/engine.h"

typedef struct RmOptions {
	bool force;
} RmOptions;

static const Flag options[] = {
	FLAG_BOOL(RmOptions, "force", 'f', force, "Force the removal of one or more volumes"),
	FLAG_END,
};

static int rm_one(Engine *e, const char *name, void *userdata, Error **err)
{
	const RmOptions *o = userdata;
	int r = volume_remove(e->rt, name, o->force, err);

	if (r >= 0)
		puts(name);
	return r;
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	int r = engine_open(cli, &engine, err);

	return r < 0 ? r : engine_for_each(cli, &engine, operands, rm_one, opts);
}

const Command command_volume_rm = {
	.name = "rm",
	.aliases = "volume rm, volume remove",
	.usage = "rm [OPTIONS] VOLUME [VOLUME...]",
	.summary = "Remove one or more volumes",
	.description = "Remove one or more volumes. You cannot remove a volume that is in use by a "
		       "container.",
	.min_args = 1,
	.max_args = -1,
	.options = options,
	.options_size = sizeof(RmOptions),
	.run = run,
};

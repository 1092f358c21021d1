#include "racker/commands.h"
#include "racker/engine.h"

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

static int rm_one(const Cli *cli, Engine *e, const char *name, const RmOptions *o)
{
	cleanup_error Error *err = NULL;
	int r = container_remove(e->rt, name, o->force, o->volumes, &err);

	if (r >= 0) {
		puts(name);
		return 0;
	}
	(void)fflush(stdout);
	cli_print_error(cli, err);
	/* With --force, what is not there is as good as removed. */
	return r == -ENOENT && o->force ? 0 : 1;
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	int r = engine_open(cli, &engine, err), status = 0;

	if (r < 0)
		return r;
	for (; *operands; operands++)
		status |= rm_one(cli, &engine, *operands, opts);
	return status;
}

const Command command_rm = {
	.name = "rm",
	.aliases = "container rm, container remove, rm",
	.usage = "rm [OPTIONS] CONTAINER [CONTAINER...]",
	.summary = "Remove one or more containers",
	.min_args = 1,
	.max_args = -1,
	.options = options,
	.options_size = sizeof(RmOptions),
	.run = run,
};

#include "libcommon/str.h"
#include "racker/commands.h"
#include "racker/engine.h"

typedef struct RmiOptions {
	bool force;
} RmiOptions;

static const Flag options[] = {
	FLAG_BOOL(RmiOptions, "force", 'f', force, "Force removal of the image"),
	FLAG_END,
};

static int rmi_one(const Cli *cli, Engine *e, const char *name, bool force)
{
	cleanup_error Error *err = NULL;
	cleanup_strv char **messages = NULL;
	int r = image_remove(e->rt->store, name, force, container_using_image, e->rt, &messages,
			     &err);

	STRV_FOREACH(it, messages)
		puts(*it);
	if (r >= 0)
		return 0;
	(void)fflush(stdout);
	cli_print_error(cli, err);
	return r == -ENOENT && force ? 0 : 1;
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	const RmiOptions *o = opts;
	int r = engine_open(cli, &engine, err), status = 0;

	if (r < 0)
		return r;
	for (; *operands; operands++)
		status |= rmi_one(cli, &engine, *operands, o->force);
	return status;
}

const Command command_rmi = {
	.name = "rmi",
	.aliases = "image rm, image remove, rmi",
	.usage = "rmi [OPTIONS] IMAGE [IMAGE...]",
	.summary = "Remove one or more images",
	.min_args = 1,
	.max_args = -1,
	.options = options,
	.options_size = sizeof(RmiOptions),
	.run = run,
};

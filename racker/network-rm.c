/* network rm, network prune. */
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "racker/commands.h"
#include "racker/confirm.h"
#include "racker/engine.h"
#include "racker/network.h"

typedef struct RmOptions {
	bool force;
} RmOptions;

static const Flag rm_options[] = {
	FLAG_BOOL(RmOptions, "force", 'f', force, "Do not error if the network does not exist"),
	FLAG_END,
};

static int rm_one(Engine *e, const char *name, void *userdata, Error **err)
{
	const RmOptions *o = userdata;
	cleanup_error Error *problem = NULL;
	int r = network_remove(e->rt, name, &problem);

	if (r >= 0)
		puts(name);
	else if (r == -ENOENT && o->force)
		return 0;
	return r < 0 ? error_propagate(err, steal(&problem)) : r;
}

static int run_rm(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	int r = engine_open(cli, &engine, err);

	return r < 0 ? r : engine_for_each(cli, &engine, operands, rm_one, opts);
}

const Command command_network_rm = {
	.name = "rm",
	.aliases = "network rm, network remove",
	.usage = "rm NETWORK [NETWORK...]",
	.summary = "Remove one or more networks",
	.min_args = 1,
	.max_args = -1,
	.options = rm_options,
	.options_size = sizeof(RmOptions),
	.run = run_rm,
};

typedef struct PruneOptions {
	char **filters;
	bool force;
} PruneOptions;

/* clang-format off */
static const Flag prune_options[] = {
	FLAG_CALL("filter", 0, "filter", parse_filter,
		  "Provide filter values (e.g. \"until=<timestamp>\")",
		  .offset = offsetof(PruneOptions, filters)),
	FLAG_BOOL(PruneOptions, "force", 'f', force, "Do not prompt for confirmation"),
	FLAG_END,
};
/* clang-format on */

static void prune_clear(void *opts)
{
	PruneOptions *o = opts;

	o->filters = strv_free(o->filters);
}

static int run_prune(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	cleanup_strv char **names = NULL;
	const PruneOptions *o = opts;
	int r;

	(void)operands;
	if (!o->force && !confirm("This will remove all custom networks not used by at least one "
				  "container."))
		return 0;
	r = engine_open(cli, &engine, err);
	if (r >= 0)
		r = network_prune(engine.rt, o->filters, &names, err);
	if (names)
		puts("Deleted Networks:");
	STRV_FOREACH(it, names)
		puts(*it);
	if (names)
		puts("");
	return r;
}

const Command command_network_prune = {
	.name = "prune",
	.usage = "prune [OPTIONS]",
	.summary = "Remove all unused networks",
	.options = prune_options,
	.options_size = sizeof(PruneOptions),
	.clear = prune_clear,
	.run = run_prune,
};

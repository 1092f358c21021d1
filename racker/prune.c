/* container prune. */
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libcommon/units.h"
#include "librunner/container-change.h"
#include "racker/commands.h"
#include "racker/confirm.h"
#include "racker/engine.h"

typedef struct PruneOptions {
	char **filters;
	bool force;
} PruneOptions;

/* clang-format off */
static const Flag options[] = {
	FLAG_CALL("filter", 0, "filter", parse_filter,
		  "Provide filter values (e.g. \"until=<timestamp>\")",
		  .offset = offsetof(PruneOptions, filters)),
	FLAG_BOOL(PruneOptions, "force", 'f', force, "Do not prompt for confirmation"),
	FLAG_END,
};
/* clang-format on */

static void clear(void *opts)
{
	PruneOptions *o = opts;

	o->filters = strv_free(o->filters);
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	cleanup_prune_result PruneResult result = { 0 };
	cleanup_free char *size = NULL;
	const PruneOptions *o = opts;
	int r;

	(void)operands;
	if (!o->force && !confirm("This will remove all stopped containers."))
		return 0;
	r = engine_open(cli, &engine, err);
	if (r >= 0)
		r = container_prune(engine.rt, o->filters, &result, err);
	if (r < 0)
		return r;
	if (result.deleted)
		puts("Deleted Containers:");
	STRV_FOREACH(it, result.deleted)
		puts(*it);
	size = human_size((double)result.reclaimed);
	printf("%sTotal reclaimed space: %s\n", result.deleted ? "\n" : "", size);
	return 0;
}

const Command command_container_prune = {
	.name = "prune",
	.usage = "prune [OPTIONS]",
	.summary = "Remove all stopped containers",
	.options = options,
	.options_size = sizeof(PruneOptions),
	.clear = clear,
	.run = run,
};

/* volume prune. */
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libcommon/units.h"
#include "librunner/volume.h"
#include "racker/commands.h"
#include "racker/confirm.h"
#include "racker/engine.h"

typedef struct PruneOptions {
	char **filters;
	bool all, force;
} PruneOptions;

/* clang-format off */
static const Flag options[] = {
	FLAG_BOOL(PruneOptions, "all", 'a', all, "Remove all unused volumes, not just anonymous ones"),
	FLAG_CALL("filter", 0, "filter", parse_filter,
		  "Provide filter values (e.g. \"label=<label>\")", .offset = offsetof(PruneOptions, filters)),
	FLAG_BOOL(PruneOptions, "force", 'f', force, "Do not prompt for confirmation"),
	FLAG_END,
};
/* clang-format on */

static void clear(void *opts)
{
	PruneOptions *o = opts;

	o->filters = strv_free(o->filters);
}

static bool names_all(const PruneOptions *o)
{
	STRV_FOREACH(it, o->filters)
		if (startswith(*it, "all="))
			return true;
	return false;
}

static void print_result(const VolumePrune *result)
{
	cleanup_free char *size = human_size((double)result->reclaimed);

	if (result->deleted)
		puts("Deleted Volumes:");
	STRV_FOREACH(it, result->deleted)
		puts(*it);
	printf("%sTotal reclaimed space: %s\n", result->deleted ? "\n" : "", size);
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	cleanup_volume_prune VolumePrune result = { 0 };
	PruneOptions *o = opts;
	int r;

	(void)operands;
	if (o->all && names_all(o)) {
		fputs("conflicting options: cannot specify both --all and --filter all=1\n",
		      stderr);
		return 1;
	}
	if (o->all)
		strv_add(&o->filters, "all=true");
	if (!o->force && !confirm(o->all ? "This will remove all local volumes not used by at "
					   "least one container."
					 : "This will remove anonymous local volumes not used by "
					   "at least one container."))
		return 0;
	r = engine_open(cli, &engine, err);
	if (r >= 0)
		r = volume_prune(engine.rt, o->filters, &result, err);
	if (r >= 0)
		print_result(&result);
	return r;
}

const Command command_volume_prune = {
	.name = "prune",
	.usage = "prune [OPTIONS]",
	.summary = "Remove unused local volumes",
	.options = options,
	.options_size = sizeof(PruneOptions),
	.clear = clear,
	.run = run,
};

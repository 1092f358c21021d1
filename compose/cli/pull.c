#include "compose/cli/cli.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"

typedef struct PullFlags {
	bool ignore_buildable, ignore_pull_failures, include_deps, quiet, dry_run, parallel,
		no_parallel;
	char *policy;
} PullFlags;

/* clang-format off */
static const Flag options[] = {
	FLAG_BOOL(PullFlags, "ignore-buildable", 0, ignore_buildable, "Ignore images that can be built"),
	FLAG_BOOL(PullFlags, "ignore-pull-failures", 0, ignore_pull_failures, "Pull what it can and ignores images with pull failures"),
	FLAG_BOOL(PullFlags, "include-deps", 0, include_deps, "Also pull services declared as dependencies"),
	FLAG_STRING(PullFlags, "policy", 0, policy, "Apply pull policy (\"missing\"|\"always\")"),
	FLAG_BOOL(PullFlags, "quiet", 'q', quiet, "Pull without printing progress information"),
	COMPOSE_DRY_RUN(PullFlags),
	FLAG_BOOL(PullFlags, "parallel", 0, parallel, "DEPRECATED pull multiple images in parallel", .hidden = true),
	FLAG_BOOL(PullFlags, "no-parallel", 0, no_parallel, "DEPRECATED disable parallel pulling", .hidden = true),
	FLAG_END,
};
/* clang-format on */

static int pull(ComposeCli *c, const PullFlags *o, char *const *operands, Error **err)
{
	const PullChoice choice = { .policy = o->policy && streq(o->policy, "missing") ? "missing"
										       : "always",
				    .quiet = o->quiet,
				    .explain = !o->quiet,
				    .ignore_failures = o->ignore_pull_failures };
	int r = compose_cli_select(c, operands, !*operands || o->include_deps, err);

	return r < 0 ? r : compose_pull(&c->engine, &choice, err);
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	const PullFlags *o = opts;
	cleanup_compose_cli ComposeCli c = { 0 };
	int r;

	if (o->parallel)
		(void)fputs("Flag --parallel has been deprecated, DEPRECATED pull multiple images "
			    "in parallel\n",
			    stderr);
	r = compose_cli_open(&c, cli, o->dry_run, OPEN_PROJECT, "Pulling", operands, err);
	if (r < 0)
		return r;
	r = pull(&c, o, operands, err);
	if (r < 0 && r != -ECANCELED)
		cli->failure_status = STATUS_PULL;
	return compose_cli_result(&c, r, err);
}

const Command command_compose_pull = {
	.name = "pull",
	.usage = "pull [OPTIONS] [SERVICE...]",
	.summary = "Pull service images",
	.min_args = 0,
	.max_args = -1,
	.options = options,
	.options_size = sizeof(PullFlags),
	.run = run,
};

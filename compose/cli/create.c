#include "compose/cli/cli.h"

typedef struct CreateFlags {
	bool build, force_recreate, no_build, no_recreate, quiet_pull, remove_orphans, dry_run;
	char *pull;
	char **scale;
} CreateFlags;

/* clang-format off */
static const Flag options[] = {
	FLAG_BOOL(CreateFlags, "build", 0, build, "Build images before starting containers"),
	FLAG_BOOL(CreateFlags, "force-recreate", 0, force_recreate, "Recreate containers even if their configuration and image haven't changed"),
	FLAG_BOOL(CreateFlags, "no-build", 0, no_build, "Don't build an image, even if it's policy"),
	FLAG_BOOL(CreateFlags, "no-recreate", 0, no_recreate, "If containers already exist, don't recreate them. Incompatible with --force-recreate."),
	FLAG_STRING(CreateFlags, "pull", 0, pull, "Pull image before running (\"always\"|\"missing\"|\"never\"|\"build\")", .fallback = "policy"),
	FLAG_BOOL(CreateFlags, "quiet-pull", 0, quiet_pull, "Pull without printing progress information"),
	FLAG_BOOL(CreateFlags, "remove-orphans", 0, remove_orphans, "Remove containers for services not defined in the Compose file"),
	FLAG_LIST_OF(CreateFlags, "scale", 0, "scale", scale, "Scale SERVICE to NUM instances. Overrides the scale setting in the Compose file if present."),
	COMPOSE_DRY_RUN(CreateFlags),
	FLAG_END,
};
/* clang-format on */

static int create(ComposeCli *c, const CreateFlags *o, char *const *operands, Error **err)
{
	CreateOptions wanted = { .services = operands,
				 .recreate = o->no_recreate	 ? RECREATE_NEVER
					     : o->force_recreate ? RECREATE_FORCE
								 : RECREATE_DIVERGED,
				 .recreate_deps =
					 o->no_recreate ? RECREATE_NEVER : RECREATE_DIVERGED,
				 .remove_orphans = o->remove_orphans,
				 .quiet_pull = o->quiet_pull,
				 .pull = o->pull,
				 .timeout = -1 };
	int r = compose_cli_select(c, operands, true, err);

	wanted.remove_orphans |= compose_env_true(c, "COMPOSE_REMOVE_ORPHANS");
	wanted.ignore_orphans = compose_env_true(c, "COMPOSE_IGNORE_ORPHANS");
	if (r >= 0)
		r = compose_cli_scale(c, o->scale, err);
	return r < 0 ? r : compose_create(&c->engine, &wanted, err);
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	CreateFlags *o = opts;
	cleanup_compose_cli ComposeCli c = { 0 };
	int r = 0;

	if (o->build && o->no_build)
		return error_set(err, EINVAL, "--build and --no-build are incompatible");
	if (o->force_recreate && o->no_recreate)
		return error_set(err, EINVAL,
				 "--force-recreate and --no-recreate are incompatible");
	r = compose_cli_pull_policy(&o->pull, err);
	if (r >= 0)
		r = compose_cli_open(&c, cli, o->dry_run, OPEN_PROJECT, "Creating", operands, err);
	return r < 0 ? r : compose_cli_result(&c, create(&c, o, operands, err), err);
}

const Command command_compose_create = {
	.name = "create",
	.usage = "create [OPTIONS] [SERVICE...]",
	.summary = "Creates containers for a service",
	.min_args = 0,
	.max_args = -1,
	.options = options,
	.options_size = sizeof(CreateFlags),
	.run = run,
};

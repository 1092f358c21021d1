#include "compose/cli/cli.h"

#include "compose/watch.h"

typedef struct WatchFlags {
	bool no_up, quiet, dry_run;
} WatchFlags;

/* clang-format off */
static const Flag options[] = {
	FLAG_BOOL(WatchFlags, "no-up", 0, no_up, "Do not build & start services before watching"),
	FLAG_BOOL(WatchFlags, "quiet", 0, quiet, "hide build output"),
	COMPOSE_DRY_RUN(WatchFlags),
	FLAG_END,
};
/* clang-format on */

static void tell(const char *line, void *userdata)
{
	(void)userdata;
	puts(line);
	(void)fflush(stdout);
}

int compose_cli_watch(ComposeCli *c, const void *data, Error **err)
{
	const WatchOptions watch = { .services = data ? *(char *const *const *)data : NULL,
				     .tell = tell };

	return compose_watch(&c->engine, &watch, err);
}

static int watch(ComposeCli *c, const WatchFlags *o, char **operands, Error **err)
{
	const CreateOptions create = { .timeout = -1,
				       .ignore_orphans =
					       compose_env_true(c, "COMPOSE_IGNORE_ORPHANS") };
	const ComposeStart start = { 0 };
	char *const *services = operands;
	int r = compose_cli_select(c, operands, true, err);

	if (r >= 0 && !o->no_up)
		r = compose_create(&c->engine, &create, err);
	if (r >= 0 && !o->no_up)
		r = compose_start(&c->engine, &start, err);
	display_finish(c->display);
	if (r < 0 || c->engine.dry_run)
		return r;
	return compose_cli_watch(c, &services, err);
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	const WatchFlags *o = opts;
	cleanup_compose_cli ComposeCli c = { 0 };
	int r = compose_cli_open(&c, cli, o->dry_run, OPEN_PROJECT, "Running", operands, err);

	return r < 0 ? r : compose_cli_result(&c, watch(&c, o, operands, err), err);
}

const Command command_compose_watch = {
	.name = "watch",
	.usage = "watch [SERVICE...]",
	.summary = "Watch build context for service and rebuild/refresh containers when files are "
		   "updated",
	.min_args = 0,
	.max_args = -1,
	.options = options,
	.options_size = sizeof(WatchFlags),
	.run = run,
};

#include "compose/cli/cli.h"

typedef struct StartFlags {
	bool dry_run;
} StartFlags;

/* clang-format off */
static const Flag options[] = {
	COMPOSE_DRY_RUN(StartFlags),
	FLAG_END,
};
/* clang-format on */

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	const StartFlags *o = opts;
	const ComposeStart start = { .services = operands };
	cleanup_project_containers ProjectContainers all = { 0 };
	cleanup_compose_cli ComposeCli c = { 0 };
	int r = compose_cli_open(&c, cli, o->dry_run, OPEN_NAME, "Starting", operands, err);

	if (r >= 0)
		r = compose_cli_services(&c, operands, err);
	if (r >= 0)
		r = project_containers(c.rt, c.project.name, CONTAINERS_SERVICES, &all, err);
	if (r >= 0 && !all.n)
		r = error_set(err, ENOENT, "no container found for project \"%s\": not found",
			      c.project.name);
	if (r >= 0)
		r = compose_start(&c.engine, &start, err);
	return compose_cli_result(&c, r, err);
}

const Command command_compose_start = {
	.name = "start",
	.usage = "start [SERVICE...]",
	.summary = "Start services",
	.min_args = 0,
	.max_args = -1,
	.options = options,
	.options_size = sizeof(StartFlags),
	.run = run,
};

#include "compose/cli/cli.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"

typedef struct RestartFlags {
	bool no_deps, dry_run;
	int64_t timeout;
} RestartFlags;

/* clang-format off */
static const Flag options[] = {
	FLAG_BOOL(RestartFlags, "no-deps", 0, no_deps, "Don't restart dependent services"),
	FLAG_INT(RestartFlags, "timeout", 't', timeout, "Specify a shutdown timeout in seconds"),
	COMPOSE_DRY_RUN(RestartFlags),
	FLAG_END,
};
/* clang-format on */

static void defaults(void *opts)
{
	((RestartFlags *)opts)->timeout = -1;
}

/* The named services, and those that want to be restarted with them. */
static char **with_dependents(const Project *p, char *const *names)
{
	char **all = strv_copy(names);

	for (bool more = all != NULL; more;) {
		more = false;
		for (size_t i = 0; i < p->n_services; i++)
			for (size_t d = 0; d < p->services[i].n_depends_on; d++) {
				const ServiceDependency *on = &p->services[i].depends_on[d];

				if (!on->restart || !strv_contains(all, on->service) ||
				    strv_contains(all, p->services[i].name))
					continue;
				strv_add(&all, p->services[i].name);
				more = true;
			}
	}
	return all;
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	const RestartFlags *o = opts;
	cleanup_project_containers ProjectContainers all = { 0 };
	cleanup_compose_cli ComposeCli c = { 0 };
	cleanup_strv char **services = NULL;
	ActOptions act = { .kind = ACT_RESTART, .timeout = o->timeout };
	int r = compose_cli_open(&c, cli, o->dry_run, OPEN_NAME, "Restarting", operands, err);

	if (r >= 0)
		r = compose_cli_services(&c, operands, err);
	if (r < 0)
		return r;
	services = o->no_deps ? strv_copy(operands) : with_dependents(&c.project, operands);
	act.services = services;
	r = project_containers(c.rt, c.project.name, CONTAINERS_SERVICES, &all, err);
	if (r >= 0)
		r = compose_act(&c.engine, &act, &all, err);
	return compose_cli_result(&c, r, err);
}

const Command command_compose_restart = {
	.name = "restart",
	.usage = "restart [OPTIONS] [SERVICE...]",
	.summary = "Restart service containers",
	.min_args = 0,
	.max_args = -1,
	.options = options,
	.options_size = sizeof(RestartFlags),
	.defaults = defaults,
	.run = run,
};

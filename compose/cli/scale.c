#include "compose/cli/cli.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"

typedef struct ScaleFlags {
	bool no_deps, dry_run;
} ScaleFlags;

/* clang-format off */
static const Flag options[] = {
	FLAG_BOOL(ScaleFlags, "no-deps", 0, no_deps, "Don't start linked services"),
	COMPOSE_DRY_RUN(ScaleFlags),
	FLAG_END,
};
/* clang-format on */

static int scale_one(ComposeCli *c, const char *text, char ***services, Error **err)
{
	const char *equals = strchr(text, '=');
	cleanup_free char *name = equals ? xstrndup(text, (size_t)(equals - text)) : NULL;
	Service *s;
	int64_t n;

	if (!equals)
		return error_set(err, EINVAL, "invalid scale specifier: %s", text);
	if (str_to_i64(equals + 1, &n) < 0 || n < 0)
		return error_set(err, EINVAL,
				 "invalid scale specifier: can't parse replica value as int: %s",
				 text);
	s = project_service(&c->project, name);
	if (!s)
		return error_set(err, ENOENT, "no such service: %s", name);
	s->scale = n;
	strv_add(services, name);
	return 0;
}

static int scale(ComposeCli *c, const ScaleFlags *o, char *const *operands, Error **err)
{
	cleanup_strv char **services = NULL;
	CreateOptions create = { .recreate = RECREATE_DIVERGED, .timeout = -1 };
	ComposeStart start = { 0 };
	int r = 0;

	for (char *const *it = operands; *it && r >= 0; it++)
		r = scale_one(c, *it, &services, err);
	if (r >= 0)
		r = project_select(&c->project, services, !o->no_deps, err);
	create.services = start.services = services;
	create.ignore_orphans = compose_env_true(c, "COMPOSE_IGNORE_ORPHANS");
	if (r >= 0)
		r = compose_create(&c->engine, &create, err);
	start.services = NULL;
	return r < 0 ? r : compose_start(&c->engine, &start, err);
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	const ScaleFlags *o = opts;
	cleanup_compose_cli ComposeCli c = { 0 };
	int r = compose_cli_open(&c, cli, o->dry_run, OPEN_PROJECT, "Running", NULL, err);

	return r < 0 ? r : compose_cli_result(&c, scale(&c, o, operands, err), err);
}

const Command command_compose_scale = {
	.name = "scale",
	.usage = "scale [SERVICE=REPLICAS...]",
	.summary = "Scale services",
	.min_args = 1,
	.max_args = -1,
	.options = options,
	.options_size = sizeof(ScaleFlags),
	.run = run,
};

#include "compose/cli/cli.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"

typedef struct DownFlags {
	bool remove_orphans, volumes, dry_run;
	char *rmi;
	int64_t timeout;
} DownFlags;

/* clang-format off */
static const Flag options[] = {
	FLAG_BOOL(DownFlags, "remove-orphans", 0, remove_orphans, "Remove containers for services not defined in the Compose file"),
	FLAG_STRING(DownFlags, "rmi", 0, rmi, "Remove images used by services. \"local\" remove only images that don't have a custom tag (\"local\"|\"all\")"),
	FLAG_INT(DownFlags, "timeout", 't', timeout, "Specify a shutdown timeout in seconds"),
	FLAG_BOOL(DownFlags, "volumes", 'v', volumes, "Remove named volumes declared in the \"volumes\" section of the Compose file and anonymous volumes attached to containers"),
	COMPOSE_DRY_RUN(DownFlags),
	FLAG_END,
};
/* clang-format on */

static void defaults(void *opts)
{
	((DownFlags *)opts)->timeout = -1;
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	const DownFlags *o = opts;
	DownOptions down = { .services = *operands ? operands : NULL,
			     .remove_orphans = o->remove_orphans,
			     .volumes = o->volumes,
			     .images = o->rmi,
			     .timeout = o->timeout };
	cleanup_compose_cli ComposeCli c = { 0 };
	bool nothing = false;
	int r;

	if (o->rmi && !streq(o->rmi, "all") && !streq(o->rmi, "local"))
		return error_set(err, EINVAL, "invalid value for --rmi: \"%s\"", o->rmi);
	r = compose_cli_open(&c, cli, o->dry_run, OPEN_NAME, "Running", NULL, err);
	if (r >= 0)
		r = compose_cli_services(&c, operands, err);
	if (r < 0)
		return r;
	down.remove_orphans |= compose_env_true(&c, "COMPOSE_REMOVE_ORPHANS");
	r = compose_cli_result(&c, compose_down(&c.engine, &down, &nothing, err), err);
	if (r >= 0 && nothing)
		fprintf(stderr, "Warning: No resource found to remove for project \"%s\".\n",
			c.project.name);
	return r;
}

const Command command_compose_down = {
	.name = "down",
	.usage = "down [OPTIONS] [SERVICES]",
	.summary = "Stop and remove containers, networks",
	.min_args = 0,
	.max_args = -1,
	.options = options,
	.options_size = sizeof(DownFlags),
	.defaults = defaults,
	.run = run,
};

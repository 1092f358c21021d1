#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/container-update.h"
#include "librunner/options/limit-flags.h"
#include "librunner/options/restart.h"
#include "racker/commands.h"
#include "racker/engine.h"

typedef struct UpdateOptions {
	ContainerUpdate update;
	char *restart;
	char **warnings;
} UpdateOptions;

/* clang-format off */
static const Flag options[] = {
	LIMIT_FLAG_BLKIO(UpdateOptions, update.host, " (default 0)"),
	LIMIT_FLAGS_CPU(UpdateOptions, update.host, "the "),
	FLAG_BOOL(UpdateOptions, "disabled", 0, update.disabled,
		  "Let no policy and no command start the container"),
	LIMIT_FLAGS_MEMORY(UpdateOptions, update.host, "-1"),
	LIMIT_FLAG_PIDS(UpdateOptions, update.host),
	FLAG_STRING(UpdateOptions, "restart", 0, restart,
		    "Restart policy to apply when a container exits"),
	FLAG_END,
};
/* clang-format on */

static void defaults(void *opts)
{
	host_config_init(&((UpdateOptions *)opts)->update.host);
}

static void clear(void *opts)
{
	UpdateOptions *o = opts;

	free(steal(&o->update.host.restart.name));
	o->warnings = strv_free(o->warnings);
}

static int update_one(Engine *e, const char *name, void *userdata, Error **err)
{
	UpdateOptions *o = userdata;
	int r = container_update(e->rt, name, &o->update, &o->warnings, err);

	if (r >= 0)
		puts(name);
	return r;
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	UpdateOptions *o = opts;
	int r = 0;

	if (!strv_length(cli->parsed->given))
		return error_set(err, EINVAL,
				 "you must provide one or more flags when using this command");
	o->update.pids_given = flags_given(cli->parsed, "pids-limit");
	o->update.disabled_given = flags_given(cli->parsed, "disabled");
	if (o->restart)
		r = restart_policy_parse(o->restart, &o->update.host.restart, err);
	if (r >= 0)
		r = engine_open(cli, &engine, err);
	if (r < 0)
		return r;
	r = engine_for_each(cli, &engine, operands, update_one, o);
	STRV_FOREACH(w, o->warnings)
		puts(*w);
	return r;
}

const Command command_update = {
	.name = "update",
	.aliases = "container update, update",
	.usage = "update [OPTIONS] CONTAINER [CONTAINER...]",
	.summary = "Update configuration of one or more containers",
	.min_args = 1,
	.max_args = -1,
	.options = options,
	.options_size = sizeof(UpdateOptions),
	.defaults = defaults,
	.clear = clear,
	.run = run,
};

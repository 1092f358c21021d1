#include "libcommon/str.h"
#include "librunner/restart-policy.h"
#include "racker/commands.h"
#include "racker/engine.h"

static int start_one(Engine *e, const char *id, void *userdata, Error **err)
{
	cleanup_container Container *c = NULL;
	int r = container_find(e->rt, id, &c, err);

	(void)userdata;
	if (r == -ENOENT || (r >= 0 && !restart_wanted_at_boot(c)))
		return 0;
	if (r >= 0)
		r = container_start(e->rt, id, NULL, err);
	if (r < 0)
		return error_prefix(err, r, "start %s", c ? c->name : id);
	puts(c->name);
	return 0;
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	cleanup_strv char **ids = NULL;
	Container **list = NULL;
	size_t n = 0;
	int r = engine_open(cli, &engine, err);

	(void)operands;
	if (r >= 0)
		r = container_list(engine.rt, &list, &n, err);
	if (r < 0)
		return r;
	/* The oldest first, as they were made. */
	while (n > 0)
		strv_add(&ids, list[--n]->id);
	container_list_free(list, strv_length(ids));
	return engine_for_each(cli, &engine, ids, start_one, opts);
}

const Command command_start_enabled = {
	.name = "start-enabled",
	.aliases = "system start-enabled",
	.usage = "start-enabled",
	.summary = "Start the containers whose restart policy wants them after a boot of the host",
	.flags = COMMAND_HIDDEN,
	.max_args = 0,
	.run = run,
};

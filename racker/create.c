#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/options/run-words.h"
#include "racker/commands.h"
#include "racker/launch.h"

/* Wrong flags; what fails afterwards has status 1, without a pointer to --help. */
#define STATUS_USAGE 125

static int create(const Cli *cli, const Launch *l, char **ret_id, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	int r = engine_open(cli, &engine, err);

	if (r >= 0)
		r = launch_create(&engine, l, ret_id, err);
	return r;
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_error Error *e = NULL;
	cleanup_free char *id = NULL;
	RunFlags *f = opts;
	Launch l = { .create = &f->create, .cidfile = str_empty(f->cidfile) ? NULL : f->cidfile };
	int r = run_flags_build(f, cli->parsed, err);

	(void)operands;
	if (r < 0)
		return r;
	if (create(cli, &l, &id, &e) < 0) {
		cli_print_error(cli, e);
		return 1;
	}
	puts(id);
	return 0;
}

const Command command_create = {
	.name = "create",
	.aliases = "container create, create",
	.usage = "create [OPTIONS] IMAGE [COMMAND] [ARG...]",
	.summary = "Create a new container",
	.flags = COMMAND_STOP_AT_OPERAND,
	.min_args = 1,
	.max_args = -1,
	.options = create_flags,
	.options_size = sizeof(RunFlags),
	.defaults = run_flags_init,
	.clear = run_flags_clear,
	.run = run,
	.failure_status = STATUS_USAGE,
};

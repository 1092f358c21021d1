#include "libcommon/alloc.h"
#include "racker/commands.h"
#include "racker/run-options.h"

/* The status of everything that fails before the command has begun. */
#define STATUS_RACKER_FAILED 125

/* Shows an error that --help would not explain. */
static int refuse(const Cli *cli, int status, Error **err)
{
	cli_print_error(cli, *err);
	*err = error_free(*err);
	return status;
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup(run_request_clear) Launch l = { 0 };
	cleanup_free char *help = xasprintf("%s run", cli->program);
	const RunOptions *o = opts;
	int r = run_request(cli, o, operands, &l, err);

	if (r < 0)
		return r;
	/* Docker's status here is 1, not 125. */
	if (!o->detach && check_stdin_tty(o->interactive, o->tty, err) < 0)
		return refuse(cli, 1, err);
	l.help = help;
	r = launch(cli, &l, err);
	return r == -EPERM ? refuse(cli, STATUS_RACKER_FAILED, err) : r;
}

const Command command_run = {
	.name = "run",
	.aliases = "container run, run",
	.usage = "run [OPTIONS] IMAGE [COMMAND] [ARG...]",
	.summary = "Create and run a new container from an image",
	.flags = COMMAND_STOP_AT_OPERAND | COMMAND_COMMON,
	.min_args = 1,
	.max_args = -1,
	.options = run_flags,
	.options_size = sizeof(RunOptions),
	.defaults = run_defaults,
	.clear = run_clear,
	.run = run,
	.failure_status = STATUS_RACKER_FAILED,
};

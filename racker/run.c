#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/options/run-words.h"
#include "racker/commands.h"
#include "racker/launch.h"

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
	cleanup_free char *help = xasprintf("%s run", cli->program);
	RunFlags *f = opts;
	Launch l = {
		.create = &f->create,
		.detach = f->detach,
		.sig_proxy = f->sig_proxy,
		.help = help,
		.detach_keys = f->detach_keys,
		.cidfile = str_empty(f->cidfile) ? NULL : f->cidfile,
	};
	const ContainerConfig *config = &f->create.config;
	int r = run_flags_build(f, cli->parsed, err);

	(void)operands;
	if (r < 0)
		return r;
	if (f->detach && f->attach)
		return error_set(err, EINVAL,
				 "conflicting options: cannot specify both --attach and --detach");
	/* Docker's status here is 1, not 125. */
	if (check_stdin_tty(config->attach_stdin, config->tty, err) < 0)
		return refuse(cli, 1, err);
	f->create.hold_signals = true;
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
	.options_size = sizeof(RunFlags),
	.defaults = run_flags_init,
	.clear = run_flags_clear,
	.run = run,
	.failure_status = STATUS_RACKER_FAILED,
};

/* pronto: the shortest way to a command in a distribution. It becomes `racker run --rm -i`, with -t
 * where there is a terminal. */
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/cli/command.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"

#define STATUS_RACKER_FAILED 125

static char **racker_argv(const Cli *cli, char *const *operands)
{
	char **argv = NULL;

	strv_push(&argv, helper_path("racker"));
	strv_addf(&argv, "--root=%s", cli->root);
	strv_addf(&argv, "--log-level=%s", cli->log_level);
	if (cli->config_dir)
		strv_addf(&argv, "--config=%s", cli->config_dir);
	if (cli->debug)
		strv_add(&argv, "--debug");
	strv_add(&argv, "run");
	strv_add(&argv, "--rm");
	strv_add(&argv, "-i");
	if (isatty(0) && isatty(1))
		strv_add(&argv, "-t");
	strv_add(&argv, "--");
	strv_extend(&argv, operands);
	return argv;
}

static int run(Cli *cli, void *options, char **operands, Error **err)
{
	cleanup_strv char **argv = racker_argv(cli, operands);

	(void)options;
	(void)execv(argv[0], argv);
	return error_errno(err, errno, "run %s", argv[0]);
}

static const Command pronto = {
	.name = "pronto",
	.usage = "pronto [OPTIONS] IMAGE [COMMAND] [ARG...]",
	.summary = "Run a command in a new container of a distribution, and remove it",
	.flags = COMMAND_STOP_AT_OPERAND,
	.min_args = 1,
	.max_args = -1,
	.run = run,
	.failure_status = STATUS_RACKER_FAILED,
	.description =
		"Run a command in a new container of a distribution, and remove it.\n"
		"\n"
		"IMAGE is a label of the catalogue (`postroj list-images` shows them) or an image "
		"of\n"
		"any registry. Without a command, the image's own runs, which is a shell for\n"
		"distributions. It is `racker run --rm -i IMAGE COMMAND`, with -t when stdin and\n"
		"stdout are terminals.",
	.examples = "  pronto debian-bookworm hostnamectl\n"
		    "  pronto fedora-41\n"
		    "  echo hello | pronto debian-bookworm cat",
};

int main(int argc, char **argv)
{
	return cli_main(&pronto, argc, argv);
}

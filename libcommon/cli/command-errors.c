/* command-errors: what the command framework says on stderr, in Docker's words. */
#include "libcommon/alloc.h"
#include "libcommon/cli/command-internal.h"

void cli_print_printable(const char *text)
{
	cleanup_free char *safe = str_printable(text);

	(void)fputs(safe, stderr);
}

void place_print_hint(const Place *at, const char *verb)
{
	cleanup_free char *name = place_name(at);

	fprintf(stderr, "\n%s '%s --help' for more information\n", verb, name);
}

void cli_print_error(const Cli *cli, const Error *err)
{
	fprintf(stderr, "%s: ", cli->program);
	cli_print_printable(err ? err->msg : "unknown error");
	(void)fputc('\n', stderr);
}

/* A group's usage is shorter here than in its help, the root's is longer. */
static char *error_usage(const Place *at)
{
	cleanup_free char *usage = NULL;

	if (!at->command->subcommands)
		return place_usage(at);
	if (*at->path)
		return place_name(at);
	usage = place_usage(at);
	return xasprintf("%s [ARG...]", usage);
}

/* In a style of its own, where messages stand alone. */
static int plain_error(const char *text, int status)
{
	cli_print_printable(text);
	(void)fputc('\n', stderr);
	return status;
}

int place_flags_error(const Place *at, const Error *err)
{
	cleanup_free char *usage = error_usage(at);

	if (at->style)
		return plain_error(err->msg, at->style->usage_status);

	cli_print_printable(err->msg);
	fprintf(stderr, "\n\nUsage:  %s\n", usage);
	place_print_hint(at, "Run");
	return STATUS_USAGE;
}

static int unknown_plain(const Place *at, const char *word)
{
	cleanup_free char *help = place_help(at);
	cleanup_free char *text =
		xasprintf("unknown %s command: \"%s %s\"", at->program, at->path, word);

	(void)fputs(help, stdout);
	(void)fflush(stdout);
	return plain_error(text, at->style->usage_status);
}

int place_unknown_command(const Place *at, const char *word)
{
	cleanup_free char *name = place_name(at), *usage = error_usage(at);
	cleanup_free char *suggestion = command_suggest(at->command, at->path, word);

	if (at->style)
		return unknown_plain(at, word);
	fprintf(stderr, "%s: unknown command: %s ", at->program, name);
	cli_print_printable(word);
	(void)fputc('\n', stderr);
	if (suggestion)
		fprintf(stderr, "\nDid you mean '%s %s'?\n", name, suggestion);
	if (*at->path)
		fprintf(stderr, "\nUsage:  %s\n", usage);
	place_print_hint(at, "Run");
	return 1;
}

static char *arguments_wanted(const Command *c)
{
	const char *plural = (c->max_args > 0 ? c->max_args : c->min_args) == 1 ? "" : "s";

	if (c->max_args == 0)
		return xstrdup("accepts no arguments");
	if (c->max_args < 0)
		return xasprintf("requires at least %d argument%s", c->min_args, plural);
	if (c->max_args == c->min_args)
		return xasprintf("requires %d argument%s", c->max_args, plural);
	if (c->min_args == 0)
		return xasprintf("requires at most %d argument%s", c->max_args, plural);
	return xasprintf("requires at least %d and at most %d arguments", c->min_args, c->max_args);
}

int place_arguments_error(const Place *at, char *const *operands)
{
	cleanup_free char *name = place_name(at), *usage = place_usage(at);
	cleanup_free char *wanted = arguments_wanted(at->command);

	if (at->style) {
		cleanup_free char *text = at->style->arguments(at->command, name, usage, operands);

		return plain_error(text, 1);
	}
	fprintf(stderr, "%s: '%s' %s\n\nUsage:  %s\n", at->program, name, wanted, usage);
	/* The verb is Docker's, too. */
	place_print_hint(at, at->command->max_args < 0 ? "See" : "Run");
	return 1;
}

int place_run_error(Cli *cli, const Place *at, const Error *err)
{
	int status = cli->failure_status ? cli->failure_status : at->command->failure_status;

	if (at->style)
		return plain_error(err ? err->msg : "unknown error", status ? status : 1);
	cli_print_error(cli, err);
	if (status == STATUS_USAGE)
		place_print_hint(at, "Run");
	return status ? status : 1;
}

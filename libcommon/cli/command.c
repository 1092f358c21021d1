/* command: from argv to the function of a command, and its errors to stderr. */
#include <fcntl.h>
#include <pwd.h>

#include "libcommon/alloc.h"
#include "libcommon/cli/command-internal.h"
#include "libcommon/log.h"
#include "libcommon/version.h"

#define DEFAULT_ROOT "/var/lib/racker"

/* clang-format off */
const Flag global_flags[] = {
	FLAG_STRING(Cli, "config", 0, config_dir, "Location of client config files",
		    .fallback = "~/.docker"),
	FLAG_BOOL(Cli, "debug", 'D', debug, "Enable debug mode"),
	FLAG_STRING(Cli, "log-level", 'l', log_level,
		    "Set the logging level (\"debug\", \"info\", \"warn\", \"error\", \"fatal\")",
		    .fallback = "info"),
	FLAG_STRING(Cli, "root", 0, root, "Directory of images, containers and volumes",
		    .fallback = DEFAULT_ROOT),
	FLAG_BOOL(Cli, "version", 'v', version, "Print version information and quit"),
	FLAG_END,
};
/* clang-format on */

static int show_help(const Place *at, FILE *f)
{
	cleanup_free char *text = place_help(at);

	(void)fputs(text, f);
	return 0;
}

/* ---- running ---- */

static int call_run(Cli *cli, const Place *at, void *options, char **operands)
{
	cleanup_error Error *err = NULL;
	int r = at->command->run(cli, options, operands, &err);

	return r < 0 ? place_run_error(cli, at, err) : r;
}

static int call_checked(Cli *cli, const Place *at, void *options, const FlagsParsed *parsed,
			bool check_only)
{
	const Command *c = at->command;
	size_t n = strv_length(parsed->operands);

	if (parsed->help)
		return show_help(at, stdout);
	if (n < (size_t)c->min_args || (c->max_args >= 0 && n > (size_t)c->max_args))
		return place_arguments_error(at, parsed->operands);
	if (check_only)
		return COMMAND_LINE_IS_FINE;
	cli->parsed = parsed;
	return call_run(cli, at, options, parsed->operands);
}

static int apply_globals(Cli *cli, const Command *root);

/* Runs a command without subcommands. A program that is one command takes the global options, too.
 */
int command_run_leaf(Cli *cli, const Place *at, char **words, bool check_only)
{
	const Command *c = at->command;
	void *options = xcalloc(1, c->options_size ? c->options_size : 1);
	cleanup_free Flag *refused = place_refused(at);
	FlagSet sets[] = { { c->options, options }, { refused, NULL }, { global_flags, cli } };
	cleanup_error Error *err = NULL;
	FlagsParsed parsed;
	int r, status = -1;

	if (c->defaults)
		c->defaults(options);
	r = flags_parse(sets, c == at->root ? 3 : 2, !(c->flags & COMMAND_STOP_AT_OPERAND), words,
			&parsed, &err);
	if (r < 0)
		status = place_flags_error(at, err);
	else if (c == at->root)
		status = apply_globals(cli, at->root);
	if (status < 0)
		status = call_checked(cli, at, options, &parsed, check_only);
	if (c->clear)
		c->clear(options);
	flags_clear(c->options, options);
	flags_parsed_clear(&parsed);
	free(options);
	return status;
}

static int run_place(Cli *cli, const Place *at, char **words);

/* Goes on with the subcommand that the first word names. */
static int run_child(Cli *cli, const Place *at, char **words)
{
	const Command *child = command_child(at->command, at->path, words[0]);
	cleanup_free char *path = child ? command_child_path(child, at->path) : NULL;
	Place next = { at->root, child, at->program, path, place_style(at, child) };

	if (!child && strchr(words[0], ','))
		return command_run_verbs(cli, at, words);
	if (!child)
		return place_unknown_command(at, words[0]);
	return run_place(cli, &next, words + 1);
}

/* `racker help container ls` */
static int run_help(const Place *at, char **words)
{
	const Command *child = *words ? command_child(at->command, at->path, words[0]) : NULL;
	cleanup_free char *path = child ? command_child_path(child, at->path) : NULL;
	Place next = { at->root, child, at->program, path, place_style(at, child) };

	if (!*words)
		return show_help(at, stdout);
	if (child)
		return run_help(&next, words + 1);
	(void)fputs("unknown help topic: ", stderr);
	cli_print_printable(*words);
	(void)fputc('\n', stderr);
	return 1;
}

/* No command's word follows. */
static int run_group_alone(Cli *cli, const Place *at)
{
	const Command *c = at->command;
	char *none = NULL;
	cleanup_error Error *err = NULL;
	int r = c->run ? c->run(cli, cli->group, &none, &err) : COMMAND_SHOW_HELP;

	if (r == COMMAND_SHOW_HELP)
		return show_help(at, at->style ? stdout : stderr);
	return r < 0 ? place_run_error(cli, at, err) : r;
}

static int run_group_parsed(Cli *cli, const Place *at, const FlagsParsed *parsed)
{
	bool root = at->command == at->root;
	int status = -1;

	if (parsed->help)
		return show_help(at, stdout);
	if (root)
		status = apply_globals(cli, at->root);
	if (status >= 0)
		return status;
	if (!*parsed->operands)
		return run_group_alone(cli, at);
	if (root && streq(*parsed->operands, "help"))
		return run_help(at, parsed->operands + 1);
	return run_child(cli, at, parsed->operands);
}

static int run_group_with(Cli *cli, const Place *at, const FlagSet *set, char **words)
{
	cleanup_error Error *err = NULL;
	FlagsParsed parsed;
	int status;

	if (flags_parse(set, 1, false, words, &parsed, &err) < 0)
		status = place_flags_error(at, err);
	else
		status = run_group_parsed(cli, at, &parsed);
	flags_parsed_clear(&parsed);
	return status;
}

static int run_group(Cli *cli, const Place *at, char **words)
{
	const Command *c = at->command;
	FlagSet set = { global_flags, cli };
	int status;

	if (c == at->root)
		return run_group_with(cli, at, &set, words);
	set = (FlagSet){ c->options, xcalloc(1, c->options_size ? c->options_size : 1) };
	if (c->defaults)
		c->defaults(set.options);
	cli->group = set.options;
	status = run_group_with(cli, at, &set, words);
	if (c->clear)
		c->clear(set.options);
	flags_clear(set.flags, set.options);
	free(set.options);
	cli->group = NULL;
	return status;
}

static int run_place(Cli *cli, const Place *at, char **words)
{
	return at->command->subcommands ? run_group(cli, at, words)
					: command_run_leaf(cli, at, words, false);
}

/* ---- global options ---- */

static char *default_config_dir(void)
{
	const char *dir = getenv("DOCKER_CONFIG"), *home = getenv("HOME");
	const struct passwd *pw;

	if (!str_empty(dir))
		return xstrdup(dir);
	if (str_empty(home)) {
		pw = getpwuid(geteuid());
		home = pw ? pw->pw_dir : NULL;
	}
	return home ? xasprintf("%s/.docker", home) : NULL;
}

static Cli cli_defaults(const Command *root, const char *argv0)
{
	const char *dir = getenv("RACKER_ROOT"), *slash = argv0 ? strrchr(argv0, '/') : NULL;

	return (Cli){
		.program = str_empty(argv0) ? root->name
			   : slash	    ? slash + 1
					    : argv0,
		.root = xstrdup(str_empty(dir) ? DEFAULT_ROOT : dir),
		.config_dir = default_config_dir(),
		.log_level = xstrdup("info"),
	};
}

/* Helpers run in other directories, so the root is absolute from here on. */
static void make_absolute(char **path)
{
	cleanup_free char *cwd = NULL, *relative = NULL;

	if (**path == '/')
		return;
	cwd = getcwd(NULL, 0);
	if (!cwd)
		return;
	relative = steal(path);
	*path = xasprintf("%s/%s", streq(cwd, "/") ? "" : cwd, relative);
}

static void print_version(const Command *root)
{
	/* "Docker version 28.2.2, build e6534b4" */
	printf("%c%s version %s, build %s\n", root->name[0] & ~0x20, root->name + 1, racker_version,
	       racker_commit);
}

/* Takes effect before the command; an exit status when the program is done with that, else -1. */
static int apply_globals(Cli *cli, const Command *root)
{
	LogLevel level;

	if (log_level_parse(cli->log_level, &level) < 0) {
		(void)fputs("Unable to parse logging level: ", stderr);
		cli_print_printable(cli->log_level);
		(void)fputc('\n', stderr);
		return 1;
	}
	log_set_level(cli->debug ? LOG_LEVEL_DEBUG : level);
	if (str_empty(cli->root)) {
		fprintf(stderr, "%s: --root must not be empty\n", cli->program);
		return STATUS_USAGE;
	}
	make_absolute(&cli->root);
	if (!cli->version)
		return -1;
	print_version(root);
	return 0;
}

/* ---- the program ---- */

/* A closed stdin, stdout or stderr would be taken by the next file that is opened. */
static void ensure_stdio(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= 2);
	(void)fd_close(fd);
}

/* Results that could not be written are a failure: a full disk behind `racker save >file`. */
static int finish_output(const Cli *cli, int status)
{
	bool failed = ferror(stdout);

	errno = EIO;
	if (fflush(stdout) == 0 && !failed)
		return status;
	fprintf(stderr, "%s: write to stdout: %s\n", cli->program, strerror(errno));
	return status ? status : 1;
}

int cli_main(const Command *root, int argc, char **argv)
{
	Cli cli = cli_defaults(root, argc > 0 ? argv[0] : NULL);
	Place at = { root, root, cli.program, "" };
	char **words = argc > 0 ? argv + 1 : argv;
	int status;

	ensure_stdio();
	if (*words && streq(*words, "__complete"))
		status = command_complete(root, words + 1);
	else if (*words && streq(*words, "__describe"))
		status = command_describe(root, root->name);
	else
		status = run_place(&cli, &at, words);
	status = finish_output(&cli, status);
	flags_clear(global_flags, &cli);
	return status;
}

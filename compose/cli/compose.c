/* compose: the group of commands, and the options in front of their words. */
#include "compose/cli/cli.h"

#include "compose/labels.h"
#include "libcommon/alloc.h"
#include "libcommon/log.h"
#include "libcommon/str.h"

/* clang-format off */
static const Flag options[] = {
	FLAG_STRING(ComposeGlobals, "ansi", 0, ansi, "Control when to print ANSI control characters (\"never\"|\"always\"|\"auto\")", .fallback = "auto"),
	FLAG_BOOL(ComposeGlobals, "compatibility", 0, compatibility, "Run compose in backward compatibility mode"),
	FLAG_BOOL(ComposeGlobals, "dry-run", 0, dry_run, "Execute command in dry run mode"),
	FLAG_LIST_OF(ComposeGlobals, "env-file", 0, "stringArray", env_files, "Specify an alternate environment file"),
	FLAG_LIST_OF(ComposeGlobals, "file", 'f', "stringArray", files, "Compose configuration files"),
	FLAG_INT(ComposeGlobals, "parallel", 0, parallel, "Control max parallelism, -1 for unlimited", .fallback = "-1"),
	FLAG_LIST_OF(ComposeGlobals, "profile", 0, "stringArray", profiles, "Specify a profile to enable"),
	FLAG_STRING(ComposeGlobals, "progress", 0, progress, "Set type of progress output (auto, tty, plain, quiet)", .fallback = "auto"),
	FLAG_STRING(ComposeGlobals, "project-directory", 0, project_directory, "Specify an alternate working directory\n(default: the path of the, first specified, Compose file)"),
	FLAG_STRING(ComposeGlobals, "project-name", 'p', project_name, "Project name"),
	FLAG_BOOL(ComposeGlobals, "no-ansi", 0, no_ansi, "Do not print ANSI control characters (DEPRECATED)", .hidden = true),
	FLAG_BOOL(ComposeGlobals, "verbose", 0, verbose, "Show more output", .hidden = true),
	FLAG_BOOL(ComposeGlobals, "version", 'v', version, "Show the Docker Compose version information", .hidden = true),
	FLAG_STRING(ComposeGlobals, "workdir", 0, workdir, "DEPRECATED! USE --project-directory INSTEAD.\nSpecify an alternate working directory", .hidden = true),
	FLAG_END,
};

static const Command *const commands[] = {
	&command_compose_attach,
	&command_compose_build,
	&command_compose_config,
	&command_compose_cp,
	&command_compose_create,
	&command_compose_down,
	&command_compose_events,
	&command_compose_exec,
	&command_compose_images,
	&command_compose_kill,
	&command_compose_logs,
	&command_compose_ls,
	&command_compose_pause,
	&command_compose_port,
	&command_compose_ps,
	&command_compose_pull,
	&command_compose_push,
	&command_compose_restart,
	&command_compose_rm,
	&command_compose_run,
	&command_compose_scale,
	&command_compose_start,
	&command_compose_stats,
	&command_compose_stop,
	&command_compose_top,
	&command_compose_unpause,
	&command_compose_up,
	&command_compose_version,
	&command_compose_wait,
	&command_compose_watch,
	NULL,
};
/* clang-format on */

/* Called before anything else: what is said from here on has compose's looks. */
static void defaults(void *opts)
{
	log_set_style(LOG_STYLE_LOGRUS);
	((ComposeGlobals *)opts)->parallel = -1;
}

/* ---- wrong numbers of operands, each in the words of its check ---- */

static char *unknown_operand(const char *name, char *const *operands)
{
	return xasprintf("unknown command \"%s\" for \"%s\"", operands[0], name);
}

static char *docker_words(const Command *c, const char *name, const char *usage)
{
	return xasprintf("\"%s\" requires %s %d argument%s.\nSee '%s --help'.\n\nUsage:  %s\n\n%s",
			 name, c->max_args < 0 ? "at least" : "exactly", c->min_args,
			 c->min_args == 1 ? "" : "s", name, usage, c->summary);
}

static char *arguments(const Command *c, const char *name, const char *usage, char *const *operands)
{
	size_t n = strv_length(operands);

	if (streq(c->name, "cp") || streq(c->name, "wait"))
		return docker_words(c, name, usage);
	if (n < (size_t)c->min_args)
		return xasprintf("requires at least %d arg(s), only received %zu", c->min_args, n);
	if (c->max_args > 0)
		return xasprintf("accepts at most %d arg(s), received %zu", c->max_args, n);
	return unknown_operand(name, operands);
}

static const CommandStyle style = { .usage_status = STATUS_SYNTAX, .arguments = arguments };

/* Without a subcommand's word. */
static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	const ComposeGlobals *g = opts;

	(void)operands;
	(void)err;
	if (!g->version)
		return COMMAND_SHOW_HELP;
	printf("%c%s Compose version %s\n", cli->program[0] & ~0x20, cli->program + 1,
	       COMPOSE_VERSION);
	return 0;
}

const Command command_compose = {
	.name = "compose",
	.usage = "compose [OPTIONS] COMMAND",
	.summary = "Define and run multi-container applications",
	.options = options,
	.options_size = sizeof(ComposeGlobals),
	.defaults = defaults,
	.run = run,
	.subcommands = commands,
	.style = &style,
};

#include "compose/cli/cli.h"

#include "compose/labels.h"
#include "libcommon/str.h"

typedef struct VersionFlags {
	bool short_, dry_run;
	char *format;
} VersionFlags;

/* clang-format off */
static const Flag options[] = {
	FLAG_STRING(VersionFlags, "format", 'f', format, "Format the output. Values: [pretty | json]. (Default: pretty)"),
	FLAG_BOOL(VersionFlags, "short", 0, short_, "Shows only Compose's version number"),
	COMPOSE_DRY_RUN(VersionFlags),
	FLAG_END,
};
/* clang-format on */

/* The version is that of Compose whose commands these are: programs look at it. */
static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	const VersionFlags *o = opts;

	(void)operands;
	(void)err;
	if (o->short_)
		puts(COMPOSE_VERSION);
	else if (o->format && streq(o->format, "json"))
		puts("{\"version\":\"" COMPOSE_VERSION "\"}");
	else
		printf("%c%s Compose version %s\n", cli->program[0] & ~0x20, cli->program + 1,
		       COMPOSE_VERSION);
	return 0;
}

const Command command_compose_version = {
	.name = "version",
	.usage = "version [OPTIONS]",
	.summary = "Show the Docker Compose version information",
	.options = options,
	.options_size = sizeof(VersionFlags),
	.run = run,
};

#include "libcommon/str.h"
#include "racker/commands.h"
#include "racker/engine.h"

typedef struct LogsCommandOptions {
	bool follow, timestamps, details, journal, boot;
	char *since, *until, *tail, *priority;
	char **units;
} LogsCommandOptions;

/* clang-format off */
static const Flag options[] = {
	FLAG_BOOL(LogsCommandOptions, "boot", 0, boot,
		  "Show what a booted system printed on its console"),
	FLAG_BOOL(LogsCommandOptions, "details", 0, details, "Show extra details provided to logs"),
	FLAG_BOOL(LogsCommandOptions, "follow", 'f', follow, "Follow log output"),
	FLAG_BOOL(LogsCommandOptions, "journal", 0, journal, "Show the journal of a booted system"),
	FLAG_STRING(LogsCommandOptions, "priority", 'p', priority,
		    "Show what the journal has of this priority (e.g. \"err\" or \"warning..err\")"),
	FLAG_STRING(LogsCommandOptions, "since", 0, since,
		    "Show logs since timestamp (e.g. \"2013-01-02T13:23:37Z\") or relative (e.g. \"42m\" for 42 minutes)"),
	FLAG_STRING(LogsCommandOptions, "tail", 'n', tail,
		    "Number of lines to show from the end of the logs", .fallback = "all"),
	FLAG_BOOL(LogsCommandOptions, "timestamps", 't', timestamps, "Show timestamps"),
	FLAG_LIST_OF(LogsCommandOptions, "unit", 'u', "unit", units,
		     "Show what the journal of a booted system has of a unit"),
	FLAG_STRING(LogsCommandOptions, "until", 0, until,
		    "Show logs before a timestamp (e.g. \"2013-01-02T13:23:37Z\") or relative (e.g. \"42m\" for 42 minutes)"),
	FLAG_END,
};
/* clang-format on */

/* -1: all lines, which negative numbers mean, too. */
static int parse_tail(const char *text, int64_t *ret, Error **err)
{
	*ret = -1;
	if (str_empty(text) || streq(text, "all"))
		return 0;
	if (str_to_i64(text, ret) < 0)
		return error_set(err, EINVAL,
				 "invalid value for \"tail\": \"%s\" is neither a number nor all",
				 text);
	if (*ret < -1)
		*ret = -1;
	return 0;
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	const LogsCommandOptions *o = opts;
	LogsOptions logs = {
		.follow = o->follow,
		.timestamps = o->timestamps,
		.details = o->details,
		.journal = o->journal,
		.console = o->boot,
		.units = o->units,
		.priority = o->priority,
		.since = o->since,
		.until = o->until,
	};
	int r = parse_tail(o->tail, &logs.tail, err);

	if (r >= 0)
		r = engine_open(cli, &engine, err);
	return r < 0 ? r : container_logs(engine.rt, operands[0], &logs, err);
}

const Command command_logs = {
	.name = "logs",
	.aliases = "container logs, logs",
	.usage = "logs [OPTIONS] CONTAINER",
	.summary = "Fetch the logs of a container",
	.min_args = 1,
	.max_args = 1,
	.options = options,
	.options_size = sizeof(LogsCommandOptions),
	.run = run,
};

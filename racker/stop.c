#include <limits.h>

#include "libcommon/str.h"
#include "racker/commands.h"
#include "racker/parallel.h"
#include "racker/stop-options.h"

/* Negative timeouts of the user wait for ever; this is longer than any system runs. */
#define FOR_EVER INT32_MAX

const Flag stop_flags[] = {
	FLAG_STRING(StopOptions, "signal", 's', signal, "Signal to send to the container"),
	FLAG_INT(StopOptions, "timeout", 't', timeout,
		 "Seconds to wait before killing the container"),
	FLAG_END,
};

int64_t stop_timeout(const StopOptions *o)
{
	return !o->timeout_given ? -1 : o->timeout < 0 ? FOR_EVER : o->timeout;
}

const char *stop_signal(const StopOptions *o)
{
	return str_empty(o->signal) ? NULL : o->signal;
}

static int stop_one(Engine *e, const char *name, const void *userdata, Error **err)
{
	const StopOptions *o = userdata;

	return container_stop(e->rt, name, stop_timeout(o), stop_signal(o), err);
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	StopOptions *o = opts;
	ParallelAct act = { .act = stop_one, .userdata = o };
	int r = engine_open(cli, &engine, err);

	o->timeout_given = flags_given(cli->parsed, "timeout");
	return r < 0 ? r : parallel_for_each(cli, &engine, operands, &act);
}

const Command command_stop = {
	.name = "stop",
	.aliases = "container stop, stop",
	.usage = "stop [OPTIONS] CONTAINER [CONTAINER...]",
	.summary = "Stop one or more running containers",
	.flags = COMMAND_VERB,
	.min_args = 1,
	.max_args = -1,
	.options = stop_flags,
	.options_size = sizeof(StopOptions),
	.run = run,
};

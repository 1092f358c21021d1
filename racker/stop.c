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

static int64_t timeout_of(const StopOptions *o)
{
	return !o->timeout_given ? -1 : o->timeout < 0 ? FOR_EVER : o->timeout;
}

static const char *signal_of(const StopOptions *o)
{
	return str_empty(o->signal) ? NULL : o->signal;
}

typedef struct StopAct {
	const StopOptions *options;
	StopFunction *function;
} StopAct;

static int act_one(Engine *e, const char *name, const void *userdata, Error **err)
{
	const StopAct *a = userdata;

	return a->function(e->rt, name, timeout_of(a->options), signal_of(a->options), err);
}

int stop_each(Cli *cli, void *opts, char **operands, StopFunction *function, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	StopOptions *o = opts;
	StopAct stop = { o, function };
	ParallelAct act = { .act = act_one, .userdata = &stop };
	int r = engine_open(cli, &engine, err);

	o->timeout_given = flags_given(cli->parsed, "timeout");
	return r < 0 ? r : parallel_for_each(cli, &engine, operands, &act);
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	return stop_each(cli, opts, operands, container_stop, err);
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

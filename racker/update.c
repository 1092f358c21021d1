#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/container-update.h"
#include "librunner/options/limits.h"
#include "librunner/options/restart.h"
#include "racker/commands.h"
#include "racker/engine.h"

typedef struct UpdateOptions {
	ContainerUpdate update;
	char *restart;
	char **warnings;
} UpdateOptions;

static int parse_cpus(const Flag *flag, const char *value, void *options, Error **err)
{
	(void)flag;
	return cpus_parse(value, &((UpdateOptions *)options)->update.host.nano_cpus, err);
}

static int parse_memory_swap(const Flag *flag, const char *value, void *options, Error **err)
{
	(void)flag;
	return memory_swap_parse(value, &((UpdateOptions *)options)->update.host.memory_swap, err);
}

/* clang-format off */
static const Flag options[] = {
	FLAG_ROW(UpdateOptions, "blkio-weight", 0, FLAG_UINT, "uint16", update.host.blkio_weight,
		 int64_t, "Block IO (relative weight), between 10 and 1000, or 0 to disable (default 0)",
		 .max = UINT16_MAX),
	FLAG_INT(UpdateOptions, "cpu-period", 0, update.host.cpu_period,
		 "Limit CPU CFS (Completely Fair Scheduler) period"),
	FLAG_INT(UpdateOptions, "cpu-quota", 0, update.host.cpu_quota,
		 "Limit CPU CFS (Completely Fair Scheduler) quota"),
	FLAG_INT(UpdateOptions, "cpu-rt-period", 0, update.host.cpu_rt_period,
		 "Limit the CPU real-time period in microseconds"),
	FLAG_INT(UpdateOptions, "cpu-rt-runtime", 0, update.host.cpu_rt_runtime,
		 "Limit the CPU real-time runtime in microseconds"),
	FLAG_INT(UpdateOptions, "cpu-shares", 'c', update.host.cpu_shares,
		 "CPU shares (relative weight)"),
	FLAG_CALL("cpus", 0, "decimal", parse_cpus, "Number of CPUs"),
	FLAG_STRING(UpdateOptions, "cpuset-cpus", 0, update.host.cpuset_cpus,
		    "CPUs in which to allow execution (0-3, 0,1)"),
	FLAG_STRING(UpdateOptions, "cpuset-mems", 0, update.host.cpuset_mems,
		    "MEMs in which to allow execution (0-3, 0,1)"),
	FLAG_BOOL(UpdateOptions, "disabled", 0, update.disabled,
		  "Let no policy and no command start the container"),
	FLAG_BYTES(UpdateOptions, "memory", 'm', update.host.memory, "Memory limit"),
	FLAG_BYTES(UpdateOptions, "memory-reservation", 0, update.host.memory_reservation,
		   "Memory soft limit"),
	FLAG_CALL("memory-swap", 0, "bytes", parse_memory_swap,
		  "Swap limit equal to memory plus swap: -1 to enable unlimited swap"),
	FLAG_INT(UpdateOptions, "pids-limit", 0, update.host.pids_limit,
		 "Tune container pids limit (set -1 for unlimited)"),
	FLAG_STRING(UpdateOptions, "restart", 0, restart,
		    "Restart policy to apply when a container exits"),
	FLAG_END,
};
/* clang-format on */

static void defaults(void *opts)
{
	host_config_init(&((UpdateOptions *)opts)->update.host);
}

static void clear(void *opts)
{
	UpdateOptions *o = opts;

	free(steal(&o->update.host.restart.name));
	o->warnings = strv_free(o->warnings);
}

static int update_one(Engine *e, const char *name, void *userdata, Error **err)
{
	UpdateOptions *o = userdata;
	int r = container_update(e->rt, name, &o->update, &o->warnings, err);

	if (r >= 0)
		puts(name);
	return r;
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	UpdateOptions *o = opts;
	int r = 0;

	if (!strv_length(cli->parsed->given))
		return error_set(err, EINVAL,
				 "you must provide one or more flags when using this command");
	o->update.pids_given = flags_given(cli->parsed, "pids-limit");
	o->update.disabled_given = flags_given(cli->parsed, "disabled");
	if (o->restart)
		r = restart_policy_parse(o->restart, &o->update.host.restart, err);
	if (r >= 0)
		r = engine_open(cli, &engine, err);
	if (r < 0)
		return r;
	r = engine_for_each(cli, &engine, operands, update_one, o);
	STRV_FOREACH(w, o->warnings)
		puts(*w);
	return r;
}

const Command command_update = {
	.name = "update",
	.aliases = "container update, update",
	.usage = "update [OPTIONS] CONTAINER [CONTAINER...]",
	.summary = "Update configuration of one or more containers",
	.min_args = 1,
	.max_args = -1,
	.options = options,
	.options_size = sizeof(UpdateOptions),
	.defaults = defaults,
	.clear = clear,
	.run = run,
};

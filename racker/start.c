#include "libcommon/str.h"
#include "racker/commands.h"
#include "racker/launch.h"
#include "racker/stay.h"

typedef struct StartCommandOptions {
	bool attach, interactive;
	char *detach_keys;
} StartCommandOptions;

/* clang-format off */
static const Flag options[] = {
	FLAG_BOOL(StartCommandOptions, "attach", 'a', attach,
		  "Attach STDOUT/STDERR and forward signals"),
	FLAG_STRING(StartCommandOptions, "detach-keys", 0, detach_keys,
		    "Override the key sequence for detaching a container"),
	FLAG_BOOL(StartCommandOptions, "interactive", 'i', interactive,
		  "Attach container's STDIN"),
	FLAG_END,
};
/* clang-format on */

static int start_attached(const Cli *cli, Engine *e, const StartCommandOptions *o, const char *name,
			  Error **err)
{
	cleanup_container Container *c = NULL;
	cleanup_fd int client = -1;
	StartOptions start = { .stdin_open = o->interactive };
	cleanup_free char *keys = stay_detach_keys(cli, o->detach_keys);
	ClientOptions attach = { .detach_keys = keys };
	int r = stay_check_keys(keys, err);

	if (r >= 0)
		r = container_find(e->rt, name, &c, err);
	if (r >= 0 && o->interactive && c->config.open_stdin)
		r = check_stdin_tty(true, c->config.tty, err);
	if (r < 0)
		return r;
	start.sig_proxy = attach.sig_proxy = !c->config.tty;
	attach.stdin_open = o->interactive && c->config.open_stdin;
	attach.tty = c->config.tty;
	r = container_start_with(e->rt, c->id, &start, &client, err);
	return r < 0 ? r : stay(e->rt, c, client, &attach, 0, err);
}

/* One after the other, in their order; Docker ends with a list of those that failed. */
static int start_all(const Cli *cli, Engine *e, char **operands)
{
	cleanup_strv char **failed = NULL;

	STRV_FOREACH(it, operands) {
		cleanup_error Error *err = NULL;

		if (container_start(e->rt, *it, NULL, &err) >= 0) {
			puts(*it);
			continue;
		}
		(void)fflush(stdout);
		cli_print_error(cli, err);
		strv_add(&failed, *it);
	}
	if (failed) {
		cleanup_free char *names = strv_join(failed, ", ");

		fprintf(stderr, "Error: failed to start containers: %s\n", names);
	}
	return failed ? 1 : 0;
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	const StartCommandOptions *o = opts;
	int r;

	if ((o->attach || o->interactive) && operands[1])
		return error_set(err, EINVAL,
				 "you cannot start and attach multiple containers at once");
	r = engine_open(cli, &engine, err);
	if (r < 0)
		return r;
	if (o->attach || o->interactive)
		return start_attached(cli, &engine, o, operands[0], err);
	return start_all(cli, &engine, operands);
}

const Command command_start = {
	.name = "start",
	.aliases = "container start, start",
	.usage = "start [OPTIONS] CONTAINER [CONTAINER...]",
	.summary = "Start one or more stopped containers",
	.flags = COMMAND_VERB,
	.min_args = 1,
	.max_args = -1,
	.options = options,
	.options_size = sizeof(StartCommandOptions),
	.run = run,
};

#include <unistd.h>

#include "libcommon/str.h"
#include "librunner/events.h"
#include "racker/commands.h"
#include "racker/launch.h"
#include "racker/stay.h"

typedef struct AttachOptions {
	char *detach_keys;
	bool no_stdin, sig_proxy;
} AttachOptions;

/* clang-format off */
static const Flag options[] = {
	FLAG_STRING(AttachOptions, "detach-keys", 0, detach_keys,
		    "Override the key sequence for detaching a container"),
	FLAG_BOOL(AttachOptions, "no-stdin", 0, no_stdin, "Do not attach STDIN"),
	FLAG_BOOL(AttachOptions, "sig-proxy", 0, sig_proxy,
		  "Proxy all received signals to the process", .fallback = "true"),
	FLAG_END,
};
/* clang-format on */

static void defaults(void *opts)
{
	((AttachOptions *)opts)->sig_proxy = true;
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	cleanup_container Container *c = NULL;
	cleanup_fd int client = -1;
	const AttachOptions *o = opts;
	cleanup_free char *keys = stay_detach_keys(cli, o->detach_keys);
	ClientOptions attach = { .detach_keys = keys };
	int r = stay_check_keys(keys, err);

	if (r >= 0)
		r = engine_open(cli, &engine, err);
	if (r >= 0)
		r = container_find(engine.rt, operands[0], &c, err);
	if (r >= 0)
		r = container_attachable(c, err);
	if (r >= 0 && c->config.open_stdin && !o->no_stdin)
		r = check_stdin_tty(true, c->config.tty, err);
	if (r >= 0)
		r = container_connect(engine.rt, c->id, &client, err);
	if (r < 0)
		return r;
	attach.stdin_open = c->config.open_stdin && !o->no_stdin;
	attach.tty = c->config.tty;
	attach.sig_proxy = o->sig_proxy && !c->config.tty;
	return stay(engine.rt, c, client, &attach, STAY_SAY_DETACHED, err);
}

const Command command_attach = {
	.name = "attach",
	.aliases = "container attach, attach",
	.usage = "attach [OPTIONS] CONTAINER",
	.summary = "Attach local standard input, output, and error streams to a running container",
	.min_args = 1,
	.max_args = 1,
	.options = options,
	.options_size = sizeof(AttachOptions),
	.defaults = defaults,
	.run = run,
};

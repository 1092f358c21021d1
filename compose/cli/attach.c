#include "compose/cli/cli.h"

#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"

typedef struct AttachFlags {
	char *detach_keys;
	int64_t index;
	bool no_stdin, sig_proxy, dry_run;
} AttachFlags;

/* clang-format off */
static const Flag options[] = {
	FLAG_STRING(AttachFlags, "detach-keys", 0, detach_keys, "Override the key sequence for detaching from a container."),
	FLAG_INT(AttachFlags, "index", 0, index, "index of the container if service has multiple replicas."),
	FLAG_BOOL(AttachFlags, "no-stdin", 0, no_stdin, "Do not attach STDIN"),
	FLAG_BOOL(AttachFlags, "sig-proxy", 0, sig_proxy, "Proxy all received signals to the process", .fallback = "true"),
	COMPOSE_DRY_RUN(AttachFlags),
	FLAG_END,
};
/* clang-format on */

static void defaults(void *opts)
{
	((AttachFlags *)opts)->sig_proxy = true;
}

static int attach(ComposeCli *c, const AttachFlags *o, const char *service, Error **err)
{
	cleanup_container Container *container = NULL;
	cleanup_fd int client = -1;
	ClientOptions streams = { .sig_proxy = o->sig_proxy, .detach_keys = o->detach_keys };
	int r = project_container_find(c->rt, c->project.name, service, o->index,
				       CONTAINERS_RUNNING, &container, err);

	if (r >= 0)
		r = container_attachable(container, err);
	if (r < 0)
		return r;
	streams.stdin_open = !o->no_stdin && container->config.open_stdin;
	streams.tty = container->config.tty;
	if (streams.tty && streams.stdin_open && !isatty(0))
		return error_set(err, ENOTTY, "the input device is not a TTY");
	r = container_connect(c->rt, container->id, &client, err);
	return r < 0 ? r : client_attach(client, &streams, err);
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	const AttachFlags *o = opts;
	cleanup_compose_cli ComposeCli c = { 0 };
	int r = compose_cli_open(&c, cli, o->dry_run, OPEN_NAME, "Running", NULL, err);

	if (r >= 0 && c.engine.dry_run)
		return 0;
	return r < 0 ? r : attach(&c, o, operands[0], err);
}

const Command command_compose_attach = {
	.name = "attach",
	.usage = "attach [OPTIONS] SERVICE",
	.summary = "Attach local standard input, output, and error streams to a service's running "
		   "container",
	.min_args = 1,
	.max_args = -1,
	.options = options,
	.options_size = sizeof(AttachFlags),
	.defaults = defaults,
	.run = run,
};

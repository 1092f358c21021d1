#include "compose/cli/cli.h"

#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"

typedef struct ExecFlags {
	bool detach, no_tty, privileged, dry_run, interactive, tty;
	char **env;
	int64_t index;
	char *user, *workdir;
} ExecFlags;

/* clang-format off */
static const Flag options[] = {
	FLAG_BOOL(ExecFlags, "detach", 'd', detach, "Detached mode: Run command in the background"),
	FLAG_LIST_OF(ExecFlags, "env", 'e', "stringArray", env, "Set environment variables"),
	FLAG_INT(ExecFlags, "index", 0, index, "Index of the container if service has multiple replicas"),
	FLAG_BOOL(ExecFlags, "no-TTY", 'T', no_tty, "Disable pseudo-TTY allocation. By default docker compose exec allocates a TTY.", .fallback = "true"),
	FLAG_BOOL(ExecFlags, "privileged", 0, privileged, "Give extended privileges to the process"),
	FLAG_STRING(ExecFlags, "user", 'u', user, "Run the command as this user"),
	FLAG_STRING(ExecFlags, "workdir", 'w', workdir, "Path to workdir directory for this command"),
	COMPOSE_DRY_RUN(ExecFlags),
	FLAG_BOOL(ExecFlags, "interactive", 'i', interactive, "Keep STDIN open even if not attached.", .hidden = true),
	FLAG_BOOL(ExecFlags, "tty", 't', tty, "Allocate a pseudo-TTY.", .hidden = true),
	FLAG_END,
};
/* clang-format on */

static void defaults(void *opts)
{
	ExecFlags *o = opts;

	o->no_tty = !isatty(1);
	o->interactive = true;
}

static int exec_in(ComposeCli *c, const ExecFlags *o, char **operands, Error **err)
{
	cleanup_container Container *container = NULL;
	cleanup_strv char **env = NULL;
	const bool tty = !o->no_tty && !o->detach;
	ExecOptions exec = { .argv = operands + 1,
			     .user = o->user,
			     .working_dir = o->workdir,
			     .tty = tty,
			     .stdin_open = o->interactive && !o->detach,
			     .privileged = o->privileged,
			     .detach = o->detach };
	const ClientOptions attach = { .stdin_open = exec.stdin_open,
				       .tty = tty,
				       .sig_proxy = tty };
	cleanup_fd int client = -1;
	int r = project_container_find(c->rt, c->project.name, operands[0], o->index,
				       CONTAINERS_RUNNING, &container, err);

	if (r < 0)
		return r;
	if (tty && exec.stdin_open && !isatty(0))
		return error_set(err, ENOTTY, "the input device is not a TTY");
	compose_cli_environment(o->env, &env);
	exec.env = env;
	r = container_exec(c->rt, container->id, &exec, o->detach ? NULL : &client, err);
	if (r < 0)
		return compose_cli_command_failed(c, r);
	return o->detach ? 0 : client_attach(client, &attach, err);
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	const ExecFlags *o = opts;
	cleanup_compose_cli ComposeCli c = { 0 };
	int r = compose_cli_open(&c, cli, o->dry_run, OPEN_NAME, "Running", NULL, err);

	if (r >= 0 && c.engine.dry_run)
		return 0;
	return r < 0 ? r : exec_in(&c, o, operands, err);
}

const Command command_compose_exec = {
	.name = "exec",
	.usage = "exec [OPTIONS] SERVICE COMMAND [ARGS...]",
	.summary = "Execute a command in a running container",
	.flags = COMMAND_STOP_AT_OPERAND,
	.min_args = 2,
	.max_args = -1,
	.options = options,
	.options_size = sizeof(ExecFlags),
	.defaults = defaults,
	.run = run,
};

#include "libcommon/alloc.h"
#include "libcommon/env-file.h"
#include "libcommon/str.h"
#include "racker/commands.h"
#include "racker/launch.h"
#include "racker/stay.h"

#define STATUS_NOT_FOUND 127
#define STATUS_CANNOT_RUN 126

typedef struct ExecCommandOptions {
	bool detach, interactive, privileged, tty;
	char *detach_keys, *user, *workdir;
	char **env, **env_files;
} ExecCommandOptions;

/* clang-format off */
static const Flag options[] = {
	FLAG_BOOL(ExecCommandOptions, "detach", 'd', detach,
		  "Detached mode: run command in the background"),
	FLAG_STRING(ExecCommandOptions, "detach-keys", 0, detach_keys,
		    "Override the key sequence for detaching a container"),
	FLAG_CALL("env", 'e', "list", parse_env, "Set environment variables",
		  .offset = offsetof(ExecCommandOptions, env)),
	FLAG_LIST(ExecCommandOptions, "env-file", 0, env_files,
		  "Read in a file of environment variables"),
	FLAG_BOOL(ExecCommandOptions, "interactive", 'i', interactive,
		  "Keep STDIN open even if not attached"),
	FLAG_BOOL(ExecCommandOptions, "privileged", 0, privileged,
		  "Give extended privileges to the command"),
	FLAG_BOOL(ExecCommandOptions, "tty", 't', tty, "Allocate a pseudo-TTY"),
	FLAG_STRING(ExecCommandOptions, "user", 'u', user,
		    "Username or UID (format: \"<name|uid>[:<group|gid>]\")"),
	FLAG_STRING(ExecCommandOptions, "workdir", 'w', workdir,
		    "Working directory inside the container"),
	FLAG_END,
};
/* clang-format on */

static void clear(void *opts)
{
	ExecCommandOptions *o = opts;

	o->env = strv_free(o->env);
}

/* The command cannot be run: its statuses are not those of other failures. */
static int exec_failed(const Cli *cli, int r, Error **err)
{
	if (r != -ENOENT && r != -EACCES)
		return r;
	cli_print_error(cli, *err);
	*err = error_free(*err);
	return r == -ENOENT ? STATUS_NOT_FOUND : STATUS_CANNOT_RUN;
}

static int exec_in(const Cli *cli, Engine *e, const char *name, const ExecOptions *exec,
		   const char *detach_keys, Error **err)
{
	cleanup_container Container *c = NULL;
	cleanup_fd int client = -1;
	ClientOptions attach = {
		.stdin_open = exec->stdin_open,
		.tty = exec->tty,
		.sig_proxy = exec->tty,
		.detach_keys = detach_keys,
	};
	int r = container_find(e->rt, name, &c, err);

	if (r < 0)
		return r;
	r = container_exec(e->rt, name, exec, exec->detach ? NULL : &client, err);
	/* Nobody waits for the status of one in the background: Docker's client says 1. */
	if (r < 0)
		return exec->detach ? r : exec_failed(cli, r, err);
	if (exec->detach)
		return 0;
	return stay(e->rt, c, client, &attach, STAY_SAY_DETACHED | STAY_EXEC, err);
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	const ExecCommandOptions *o = opts;
	cleanup_strv char **env = NULL;
	ExecOptions exec = {
		.argv = operands + 1,
		.user = o->user,
		.working_dir = o->workdir,
		.tty = o->tty,
		.privileged = o->privileged,
		.stdin_open = o->interactive && !o->detach,
		.detach = o->detach,
	};
	cleanup_free char *keys = stay_detach_keys(cli, o->detach_keys);
	int r = stay_check_keys(keys, err);

	if (r >= 0 && !o->detach)
		r = check_stdin_tty(o->interactive, o->tty, err);

	STRV_FOREACH(it, o->env_files)
		if (r >= 0)
			r = env_file_read(*it, true, &env, err);
	strv_extend(&env, o->env);
	exec.env = env;
	if (r >= 0)
		r = engine_open(cli, &engine, err);
	return r < 0 ? r : exec_in(cli, &engine, operands[0], &exec, keys, err);
}

const Command command_exec = {
	.name = "exec",
	.aliases = "container exec, exec",
	.usage = "exec [OPTIONS] CONTAINER COMMAND [ARG...]",
	.summary = "Execute a command in a running container",
	.flags = COMMAND_STOP_AT_OPERAND | COMMAND_COMMON,
	.min_args = 2,
	.max_args = -1,
	.options = options,
	.options_size = sizeof(ExecCommandOptions),
	.clear = clear,
	.run = run,
};

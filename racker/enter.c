#include "librunner/container-state.h"
#include "librunner/enter-running.h"
#include "librunner/enter-stopped.h"
#include "racker/commands.h"
#include "racker/engine.h"

#define STATUS_NOT_FOUND 127
#define STATUS_CANNOT_RUN 126

/* One function for each state of the container; both return the command's exit status. `argv` is
 * NULL for a shell. */
static int enter(Engine *e, const Container *c, char *const *argv, Error **err)
{
	if (container_is_running(c))
		return container_enter_running(e->rt, c, argv, err);
	return container_enter_stopped(e->rt, c, argv, err);
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	cleanup_container Container *c = NULL;
	int r = engine_open(cli, &engine, err);

	(void)opts;
	if (r >= 0)
		r = container_find(engine.rt, operands[0], &c, err);
	if (r < 0)
		return r;
	r = enter(&engine, c, operands[1] ? operands + 1 : NULL, err);
	if (r != -ENOENT && r != -EACCES)
		return r;
	cli_print_error(cli, *err);
	*err = error_free(*err);
	return r == -ENOENT ? STATUS_NOT_FOUND : STATUS_CANNOT_RUN;
}

const Command command_enter = {
	.name = "enter",
	.aliases = "container enter, enter",
	.usage = "enter CONTAINER [COMMAND] [ARG...]",
	.summary = "Run a shell or a command in the root of a container, running or not",
	.description = "Run a shell or a command in the root of a container, running or not.\n\n"
		       "A running container is entered without the help of its monitor or of "
		       "anything in\n"
		       "it: this works where \"racker exec\" does not.\n\n"
		       "A stopped container is not started: its root is mounted with its binds, "
		       "and the\n"
		       "command is all that runs in it. It cannot be started meanwhile.",
	.flags = COMMAND_STOP_AT_OPERAND,
	.min_args = 1,
	.max_args = -1,
	.run = run,
};

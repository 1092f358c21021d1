#include "compose/cli/cli.h"

#include <unistd.h>

#include "compose/oneoff.h"
#include "compose/shell-words.h"
#include "libcommon/alloc.h"
#include "libcommon/str.h"

typedef struct RunCommandFlags {
	bool build, detach, interactive, no_tty, no_deps, quiet_pull, remove_orphans, rm,
		service_ports, use_aliases, dry_run, tty;
	char **cap_add, **cap_drop, **env, **label, **publish, **volume;
	char *entrypoint, *name, *user, *workdir;
} RunCommandFlags;

/* clang-format off */
static const Flag options[] = {
	FLAG_BOOL(RunCommandFlags, "build", 0, build, "Build image before starting container"),
	FLAG_LIST_OF(RunCommandFlags, "cap-add", 0, "list", cap_add, "Add Linux capabilities"),
	FLAG_LIST_OF(RunCommandFlags, "cap-drop", 0, "list", cap_drop, "Drop Linux capabilities"),
	FLAG_BOOL(RunCommandFlags, "detach", 'd', detach, "Run container in background and print container ID"),
	FLAG_STRING(RunCommandFlags, "entrypoint", 0, entrypoint, "Override the entrypoint of the image"),
	FLAG_LIST_OF(RunCommandFlags, "env", 'e', "stringArray", env, "Set environment variables"),
	FLAG_BOOL(RunCommandFlags, "interactive", 'i', interactive, "Keep STDIN open even if not attached", .fallback = "true"),
	FLAG_LIST_OF(RunCommandFlags, "label", 'l', "stringArray", label, "Add or override a label"),
	FLAG_STRING(RunCommandFlags, "name", 0, name, "Assign a name to the container"),
	FLAG_BOOL(RunCommandFlags, "no-TTY", 'T', no_tty, "Disable pseudo-TTY allocation (default: auto-detected)", .fallback = "true"),
	FLAG_BOOL(RunCommandFlags, "no-deps", 0, no_deps, "Don't start linked services"),
	FLAG_LIST_OF(RunCommandFlags, "publish", 'p', "stringArray", publish, "Publish a container's port(s) to the host"),
	FLAG_BOOL(RunCommandFlags, "quiet-pull", 0, quiet_pull, "Pull without printing progress information"),
	FLAG_BOOL(RunCommandFlags, "remove-orphans", 0, remove_orphans, "Remove containers for services not defined in the Compose file"),
	FLAG_BOOL(RunCommandFlags, "rm", 0, rm, "Automatically remove the container when it exits"),
	FLAG_BOOL(RunCommandFlags, "service-ports", 'P', service_ports, "Run command with all service's ports enabled and mapped to the host"),
	FLAG_BOOL(RunCommandFlags, "use-aliases", 0, use_aliases, "Use the service's network useAliases in the network(s) the container connects to"),
	FLAG_STRING(RunCommandFlags, "user", 'u', user, "Run as specified username or uid"),
	FLAG_LIST_OF(RunCommandFlags, "volume", 'v', "stringArray", volume, "Bind mount a volume"),
	FLAG_STRING(RunCommandFlags, "workdir", 'w', workdir, "Working directory inside the container"),
	COMPOSE_DRY_RUN(RunCommandFlags),
	FLAG_BOOL(RunCommandFlags, "tty", 't', tty, "Allocate a pseudo-TTY.", .hidden = true),
	FLAG_END,
};
/* clang-format on */

static void defaults(void *opts)
{
	RunCommandFlags *o = opts;

	o->no_tty = !isatty(1);
	o->interactive = true;
}

/* ---- the service as the command line changes it ---- */

static void replace_text(char **value, const char *text)
{
	if (!text)
		return;
	free(*value);
	*value = xstrdup(text);
}

static int set_command(Service *s, const RunCommandFlags *o, char *const *command, Error **err)
{
	if (o->entrypoint) {
		strv_free(s->entrypoint);
		s->entrypoint = NULL;
		if (*o->entrypoint) {
			s->entrypoint = shell_words(o->entrypoint);
			if (!s->entrypoint)
				return error_set(err, EINVAL, "invalid command line string");
		} else {
			strv_add(&s->entrypoint, "");
		}
		s->command = strv_free(s->command);
	}
	if (command && *command) {
		strv_free(s->command);
		s->command = strv_copy(command);
	}
	return 0;
}

static void set_lists(Service *s, const RunCommandFlags *o)
{
	cleanup_strv char **env = NULL;

	compose_cli_environment(o->env, &env);
	STRV_FOREACH(it, env) {
		cleanup_free char *name = xstrndup(*it, strcspn(*it, "="));

		env_set(&s->environment, name, *it + strlen(name) + 1);
	}
	STRV_FOREACH(it, o->label) {
		cleanup_free char *name = xstrndup(*it, strcspn(*it, "="));

		env_set(&s->labels, name, strchr(*it, '=') ? strchr(*it, '=') + 1 : "");
	}
	strv_extend(&s->cap_add, o->cap_add);
	strv_extend(&s->cap_drop, o->cap_drop);
}

/* Nobody restarts it, and it is one alone. */
static int adapt(Service *s, const RunCommandFlags *o, char *const *command, Error **err)
{
	replace_text(&s->user, o->user);
	replace_text(&s->working_dir, o->workdir);
	replace_text(&s->restart, "no");
	if (s->deploy && s->deploy->restart_policy)
		replace_text(&s->deploy->restart_policy->condition, "none");
	s->scale = 1;
	s->tty = !o->no_tty && !o->detach;
	s->stdin_open = o->interactive && !o->detach;
	set_lists(s, o);
	return set_command(s, o, command, err);
}

/* ---- what it depends on ---- */

/* Networks, volumes and the image are the service's, too; its own containers are left alone. */
static int start_dependencies(ComposeCli *c, const RunCommandFlags *o, const char *service,
			      Error **err)
{
	const ComposeStart start = { .except = service };
	const CreateOptions create = { .except = service,
				       .ignore_orphans =
					       compose_env_true(c, "COMPOSE_IGNORE_ORPHANS"),
				       .remove_orphans = o->remove_orphans,
				       .quiet_pull = o->quiet_pull,
				       .timeout = -1 };
	int r = compose_create(&c->engine, &create, err);

	if (r >= 0)
		r = compose_start(&c->engine, &start, err);
	return r;
}

/* ---- the container ---- */

static int attach(ComposeCli *c, const Service *s, const char *id, Error **err)
{
	const StartOptions start = { .stdin_open = s->stdin_open, .sig_proxy = true };
	const ClientOptions streams = { .stdin_open = s->stdin_open,
					.tty = s->tty,
					.sig_proxy = !s->tty };
	cleanup_fd int client = -1;
	int r = container_start_with(c->rt, id, &start, &client, err);

	return r < 0 ? compose_cli_command_failed(c, r) : client_attach(client, &streams, err);
}

static int launch(ComposeCli *c, const RunCommandFlags *o, const Service *s, Error **err)
{
	const OneoffOptions oneoff = { .name = o->name,
				       .publish = o->publish,
				       .volumes = o->volume,
				       .service_ports = o->service_ports,
				       .use_aliases = o->use_aliases,
				       .remove = o->rm };
	cleanup_free char *id = NULL;
	int r = compose_oneoff_create(&c->engine, s, &oneoff, &id, err);

	if (r < 0)
		return r;
	if (!o->detach)
		return attach(c, s, id, err);
	r = container_start(c->rt, id, NULL, err);
	if (r < 0)
		return compose_cli_command_failed(c, r);
	puts(id);
	return 0;
}

static int run_service(ComposeCli *c, const RunCommandFlags *o, char **operands, Error **err)
{
	char *one[] = { operands[0], NULL };
	int r = compose_cli_select(c, one, !o->no_deps, err);
	Service *s = r >= 0 ? project_service(&c->project, operands[0]) : NULL;

	if (r >= 0)
		r = adapt(s, o, operands + 1, err);
	if (r >= 0 && s->tty && s->stdin_open && !isatty(0))
		return error_set(err, ENOTTY, "the input device is not a TTY");
	if (r >= 0)
		r = start_dependencies(c, o, operands[0], err);
	display_finish(c->display);
	return r < 0 || c->engine.dry_run ? r : launch(c, o, s, err);
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	const RunCommandFlags *o = opts;
	cleanup_compose_cli ComposeCli c = { 0 };
	char *one[] = { operands[0], NULL };
	int r;

	if (o->publish && o->service_ports)
		return error_set(err, EINVAL, "--service-ports and --publish are incompatible");
	r = compose_cli_open(&c, cli, o->dry_run, OPEN_PROJECT, "Running", one, err);
	return r < 0 ? r : compose_cli_result(&c, run_service(&c, o, operands, err), err);
}

const Command command_compose_run = {
	.name = "run",
	.usage = "run [OPTIONS] SERVICE [COMMAND] [ARGS...]",
	.summary = "Run a one-off command on a service",
	.flags = COMMAND_STOP_AT_OPERAND,
	.min_args = 1,
	.max_args = -1,
	.options = options,
	.options_size = sizeof(RunCommandFlags),
	.defaults = defaults,
	.run = run,
};

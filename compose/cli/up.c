#include "compose/cli/cli.h"

#include "compose/cli/attached.h"
#include "libcommon/alloc.h"
#include "libcommon/str.h"

typedef struct UpFlags {
	bool abort_on_container_exit, always_recreate_deps, attach_dependencies, build, detach,
		force_recreate, no_build, no_color, no_deps, no_log_prefix, no_recreate, no_start,
		quiet_pull, remove_orphans, renew_anon_volumes, timestamps, wait, watch, dry_run,
		menu;
	char **attach, **no_attach, **scale;
	char *exit_code_from, *pull;
	int64_t timeout, wait_timeout;
} UpFlags;

/* clang-format off */
static const Flag options[] = {
	FLAG_BOOL(UpFlags, "abort-on-container-exit", 0, abort_on_container_exit, "Stops all containers if any container was stopped. Incompatible with -d"),
	FLAG_BOOL(UpFlags, "always-recreate-deps", 0, always_recreate_deps, "Recreate dependent containers. Incompatible with --no-recreate."),
	FLAG_LIST_OF(UpFlags, "attach", 0, "stringArray", attach, "Restrict attaching to the specified services. Incompatible with --attach-dependencies."),
	FLAG_BOOL(UpFlags, "attach-dependencies", 0, attach_dependencies, "Automatically attach to log output of dependent services"),
	FLAG_BOOL(UpFlags, "build", 0, build, "Build images before starting containers"),
	FLAG_BOOL(UpFlags, "detach", 'd', detach, "Detached mode: Run containers in the background"),
	FLAG_STRING(UpFlags, "exit-code-from", 0, exit_code_from, "Return the exit code of the selected service container. Implies --abort-on-container-exit"),
	FLAG_BOOL(UpFlags, "force-recreate", 0, force_recreate, "Recreate containers even if their configuration and image haven't changed"),
	FLAG_LIST_OF(UpFlags, "no-attach", 0, "stringArray", no_attach, "Do not attach (stream logs) to the specified services"),
	FLAG_BOOL(UpFlags, "no-build", 0, no_build, "Don't build an image, even if it's policy"),
	FLAG_BOOL(UpFlags, "no-color", 0, no_color, "Produce monochrome output"),
	FLAG_BOOL(UpFlags, "no-deps", 0, no_deps, "Don't start linked services"),
	FLAG_BOOL(UpFlags, "no-log-prefix", 0, no_log_prefix, "Don't print prefix in logs"),
	FLAG_BOOL(UpFlags, "no-recreate", 0, no_recreate, "If containers already exist, don't recreate them. Incompatible with --force-recreate."),
	FLAG_BOOL(UpFlags, "no-start", 0, no_start, "Don't start the services after creating them"),
	FLAG_STRING(UpFlags, "pull", 0, pull, "Pull image before running (\"always\"|\"missing\"|\"never\")", .fallback = "policy"),
	FLAG_BOOL(UpFlags, "quiet-pull", 0, quiet_pull, "Pull without printing progress information"),
	FLAG_BOOL(UpFlags, "remove-orphans", 0, remove_orphans, "Remove containers for services not defined in the Compose file"),
	FLAG_BOOL(UpFlags, "renew-anon-volumes", 'V', renew_anon_volumes, "Recreate anonymous volumes instead of retrieving data from the previous containers"),
	FLAG_LIST_OF(UpFlags, "scale", 0, "scale", scale, "Scale SERVICE to NUM instances. Overrides the scale setting in the Compose file if present."),
	FLAG_INT(UpFlags, "timeout", 't', timeout, "Use this timeout in seconds for container shutdown when attached or when containers are already running"),
	FLAG_BOOL(UpFlags, "timestamps", 0, timestamps, "Show timestamps"),
	FLAG_BOOL(UpFlags, "wait", 0, wait, "Wait for services to be running|healthy. Implies detached mode."),
	FLAG_INT(UpFlags, "wait-timeout", 0, wait_timeout, "Maximum duration to wait for the project to be running|healthy"),
	FLAG_BOOL(UpFlags, "watch", 'w', watch, "Watch source code and rebuild/refresh containers when files are updated."),
	COMPOSE_DRY_RUN(UpFlags),
	FLAG_BOOL(UpFlags, "menu", 0, menu, "While running in attached mode, enable shortcuts", .hidden = true),
	FLAG_END,
};
/* clang-format on */

static void defaults(void *opts)
{
	((UpFlags *)opts)->timeout = -1;
}

/* What contradicts itself, in Compose's words. */
static int check(UpFlags *o, bool timeout_given, Error **err)
{
	bool stays = o->abort_on_container_exit || o->attach_dependencies || o->attach;

	if (o->exit_code_from)
		o->abort_on_container_exit = true;
	if (timeout_given && o->timeout < 0)
		return error_set(err, EINVAL, "invalid --timeout %lld", (long long)o->timeout);
	if (o->wait && (stays || o->abort_on_container_exit))
		return error_set(err, EINVAL,
				 "--wait cannot be combined with --abort-on-container-exit, "
				 "--attach or --attach-dependencies");
	if (o->detach && (stays || o->abort_on_container_exit))
		return error_set(err, EINVAL,
				 "--detach cannot be combined with --abort-on-container-exit, "
				 "--attach or --attach-dependencies");
	if (o->build && o->no_build)
		return error_set(err, EINVAL, "--build and --no-build are incompatible");
	if (o->force_recreate && o->no_recreate)
		return error_set(err, EINVAL,
				 "--force-recreate and --no-recreate are incompatible");
	if (o->always_recreate_deps && o->no_recreate)
		return error_set(err, EINVAL,
				 "--always-recreate-deps and --no-recreate are incompatible");
	return 0;
}

static RecreatePolicy recreate_policy(const UpFlags *o)
{
	if (o->no_recreate)
		return RECREATE_NEVER;
	return o->force_recreate ? RECREATE_FORCE : RECREATE_DIVERGED;
}

/* The services whose output is shown; NULL: all. */
static char **shown_services(const UpFlags *o, char *const *operands)
{
	if (o->attach)
		return strv_copy(o->attach);
	return *operands && !o->attach_dependencies ? strv_copy(operands) : NULL;
}

static int start(ComposeCli *c, const UpFlags *o, char *const *operands, Error **err)
{
	cleanup_strv char **shown = shown_services(o, operands);
	AttachedOptions attached = { .attach = shown,
				     .no_attach = o->no_attach,
				     .color = !o->no_color && ansi_wanted(c->globals, 1),
				     .prefix = !o->no_log_prefix,
				     .timestamps = o->timestamps,
				     .abort_on_exit = o->abort_on_container_exit,
				     .exit_code_from = o->exit_code_from,
				     .timeout = o->timeout,
				     .watch = o->watch,
				     .start = { .wait = o->wait,
						.wait_timeout = o->wait_timeout } };

	if (o->detach || o->wait || c->engine.dry_run) {
		int r = compose_start(&c->engine, &attached.start, err);

		if (r >= 0 && !o->detach && !o->wait)
			puts("end of 'compose up' output, interactive run is not supported in "
			     "dry-run mode");
		return r;
	}
	display_finish(c->display);
	return compose_attached(c, &attached, err);
}

static int up(ComposeCli *c, const UpFlags *o, char *const *operands, Error **err)
{
	CreateOptions create = { .services = operands,
				 .recreate = recreate_policy(o),
				 .recreate_deps = o->no_recreate	    ? RECREATE_NEVER
						  : o->always_recreate_deps ? RECREATE_FORCE
									    : RECREATE_DIVERGED,
				 .renew_anon_volumes = o->renew_anon_volumes,
				 .remove_orphans = o->remove_orphans,
				 .quiet_pull = o->quiet_pull,
				 .pull = o->pull,
				 .timeout = o->timeout };
	int r;

	create.remove_orphans |= compose_env_true(c, "COMPOSE_REMOVE_ORPHANS");
	create.ignore_orphans = compose_env_true(c, "COMPOSE_IGNORE_ORPHANS");
	r = compose_cli_select(c, operands, !o->no_deps, err);
	if (r >= 0)
		r = compose_cli_scale(c, o->scale, err);
	if (r >= 0 && o->exit_code_from && !project_service(&c->project, o->exit_code_from))
		r = error_set(err, ENOENT, "no such service: %s: not found", o->exit_code_from);
	if (r >= 0)
		r = compose_create(&c->engine, &create, err);
	return r < 0 || o->no_start ? r : start(c, o, operands, err);
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	UpFlags *o = opts;
	cleanup_compose_cli ComposeCli c = { 0 };
	int r = check(o, flags_given(cli->parsed, "timeout"), err);

	if (r >= 0)
		r = compose_cli_pull_policy(&o->pull, err);
	if (r >= 0)
		r = compose_cli_open(&c, cli, o->dry_run, OPEN_PROJECT, "Running", operands, err);
	return r < 0 ? r : compose_cli_result(&c, up(&c, o, operands, err), err);
}

const Command command_compose_up = {
	.name = "up",
	.usage = "up [OPTIONS] [SERVICE...]",
	.summary = "Create and start containers",
	.min_args = 0,
	.max_args = -1,
	.options = options,
	.options_size = sizeof(UpFlags),
	.defaults = defaults,
	.run = run,
};

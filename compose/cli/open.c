/* open: from the command line to a project and an engine. */
#include "compose/cli/cli.h"

#include <unistd.h>

#include "compose/canonical.h"
#include "compose/schema.h"
#include "libcommon/alloc.h"
#include "libcommon/log.h"
#include "libcommon/str.h"

static bool env_true(const char *name)
{
	const char *value = getenv(name);

	return value && (streq(value, "1") || streq(value, "true") || streq(value, "TRUE") ||
			 streq(value, "t") || streq(value, "T") || streq(value, "True"));
}

bool compose_env_true(const ComposeCli *c, const char *name)
{
	const char *value = env_get(c->source.environment, name);

	return env_true(name) || (value && (streq(value, "1") || streq(value, "true")));
}

/* ---- what is said in front of the subcommand's word ---- */

static int check_globals(const ComposeGlobals *g, Error **err)
{
	const char *limit = getenv("COMPOSE_PARALLEL_LIMIT");
	const char *progress = str_empty(g->progress) ? getenv("COMPOSE_PROGRESS") : g->progress;
	int64_t n;

	if (!str_empty(limit) && str_to_i64(limit, &n) < 0)
		return error_set(err, EINVAL,
				 "COMPOSE_PARALLEL_LIMIT must be an integer (found: \"%s\")",
				 limit);
	if (!str_empty(progress) && !streq(progress, "auto") && !streq(progress, "tty") &&
	    !streq(progress, "plain") && !streq(progress, "quiet"))
		return error_set(err, EINVAL, "unsupported --progress value \"%s\"", progress);
	if (g->no_ansi)
		(void)fputs("option '--no-ansi' is DEPRECATED ! Please use '--ansi' instead.\n",
			    stderr);
	return 0;
}

static int64_t parallel_limit(const ComposeGlobals *g)
{
	const char *limit = getenv("COMPOSE_PARALLEL_LIMIT");
	int64_t n = -1;

	if (g->parallel >= 0)
		return g->parallel;
	return !str_empty(limit) && str_to_i64(limit, &n) >= 0 && n > 0 ? n : -1;
}

/* ---- the project ---- */

static ComposeOptions load_options(const ComposeGlobals *g)
{
	return (ComposeOptions){
		.files = g->files,
		.project_directory = g->project_directory ? g->project_directory : g->workdir,
		.project_name = g->project_name,
		.env_files = g->env_files,
		.profiles = g->profiles,
	};
}

static int load_project(ComposeCli *c, char *const *services, Error **err)
{
	ComposeOptions o = load_options(c->globals);
	int r;

	o.stages = (ComposeStages){ .check = compose_schema_check,
				    .canonical = compose_canonical,
				    .complete = compose_complete };
	r = compose_load(&o, &c->source, err);
	if (r >= 0)
		r = compose_model(&c->source, 0, &c->project, err);
	if (r < 0) {
		c->cli->failure_status = compose_load_status(r);
		return r;
	}
	c->loaded = true;
	return services && *services ? project_enable(&c->project, services, err) : 0;
}

/* What -p or the environment says, without any file. */
static const char *given_name(const ComposeGlobals *g)
{
	const char *name = getenv("COMPOSE_PROJECT_NAME");

	if (!str_empty(g->project_name))
		return g->project_name;
	return str_empty(name) ? NULL : name;
}

static int name_project(ComposeCli *c, const char *name, Error **err)
{
	cleanup_project_containers ProjectContainers all = { 0 };
	int r = project_containers(c->rt, name, CONTAINERS_ALL, &all, err);

	if (r >= 0)
		project_from_containers(&c->project, name, &all);
	return r;
}

static int open_project(ComposeCli *c, OpenKind kind, char *const *services, Error **err)
{
	const ComposeGlobals *g = c->globals;
	const char *name = given_name(g);
	cleanup_error Error *e = NULL;
	int r;

	if (kind == OPEN_NOTHING)
		return 0;
	if (kind == OPEN_NAME && !str_empty(g->project_name) && !g->files)
		return name_project(c, g->project_name, err);
	r = load_project(c, services, &e);
	if (r >= 0)
		return 0;
	if (kind == OPEN_NAME && name && !c->loaded) {
		c->cli->failure_status = 0;
		return name_project(c, name, err);
	}
	return error_propagate(err, steal(&e));
}

/* ---- the engine ---- */

int compose_cli_open(ComposeCli *c, Cli *cli, bool dry_run, OpenKind kind, const char *title,
		     char *const *services, Error **err)
{
	const ComposeGlobals *g = cli->group;
	int r;

	*c = (ComposeCli){ .cli = cli, .globals = g };
	r = check_globals(g, err);
	if (r < 0)
		return r;
	if (g->verbose)
		log_set_level(LOG_LEVEL_DEBUG);
	dry_run |= g->dry_run;
	c->display = display_new(display_mode(g), title, dry_run);
	r = runtime_open(cli->root, &c->rt, err);
	if (r < 0)
		return r;
	c->rt->config_dir = xstrdup(cli->config_dir);
	c->rt->debug = cli->debug;
	r = open_project(c, kind, services, err);
	c->engine = (Compose){
		.rt = c->rt,
		.project = &c->project,
		.env_files = c->source.env_files,
		.dry_run = dry_run,
		.parallel = parallel_limit(g),
		.sink = { .event = display_event,
			  .notice = display_notice,
			  .tick = display_tick,
			  .userdata = c->display },
	};
	return r;
}

int compose_cli_result(ComposeCli *c, int r, Error **err)
{
	(void)err;
	display_finish(c->display);
	if (r == -ECANCELED)
		c->cli->failure_status = STATUS_CANCELED;
	else if (r == -EREMOTEIO && !c->cli->failure_status)
		c->cli->failure_status = STATUS_PULL;
	return r;
}

void compose_cli_environment(char *const *given, char ***env)
{
	STRV_FOREACH(it, given) {
		const char *value = strchr(*it, '=') ? NULL : getenv(*it);

		if (strchr(*it, '='))
			strv_add(env, *it);
		else if (value)
			strv_addf(env, "%s=%s", *it, value);
	}
}

int compose_cli_command_failed(ComposeCli *c, int r)
{
	if (r == -ENOENT)
		c->cli->failure_status = STATUS_NOT_FOUND;
	else if (r == -EACCES)
		c->cli->failure_status = STATUS_CANNOT_RUN;
	return r;
}

void compose_cli_close(ComposeCli *c)
{
	c->display = display_free(c->display);
	project_clear(&c->project);
	compose_source_clear(&c->source);
	c->rt = runtime_free(c->rt);
}

#include "compose/cli/cli.h"
#include "compose/cli/ps-columns.h"

#include "compose/labels.h"
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libcommon/timestamp.h"
#include "librunner/container-state.h"

typedef struct PsFlags {
	bool all, no_trunc, orphans, quiet, services, dry_run;
	char *filter, *format;
	char **status;
} PsFlags;

/* clang-format off */
static const Flag options[] = {
	FLAG_BOOL(PsFlags, "all", 'a', all, "Show all stopped containers (including those created by the run command)"),
	FLAG_STRING(PsFlags, "filter", 0, filter, "Filter services by a property (supported filters: status)"),
	FLAG_STRING(PsFlags, "format", 0, format, COMPOSE_FORMAT_HELP, .fallback = "table"),
	FLAG_BOOL(PsFlags, "no-trunc", 0, no_trunc, "Don't truncate output"),
	FLAG_BOOL(PsFlags, "orphans", 0, orphans, "Include orphaned services (not declared by project)", .fallback = "true"),
	FLAG_BOOL(PsFlags, "quiet", 'q', quiet, "Only display IDs"),
	FLAG_BOOL(PsFlags, "services", 0, services, "Display services"),
	FLAG_LIST_OF(PsFlags, "status", 0, "stringArray", status, "Filter services by status. Values: [paused | restarting | removing | running | dead | created | exited]"),
	COMPOSE_DRY_RUN(PsFlags),
	FLAG_END,
};
/* clang-format on */

static void defaults(void *opts)
{
	((PsFlags *)opts)->orphans = true;
}

static const char *const states[] = { "paused", "restarting", "removing", "running",
				      "dead",	"created",    "exited",	  NULL };

/* --status, and `--filter status=…`, which is the same. */
static int statuses_of(const PsFlags *o, char ***ret, Error **err)
{
	const char *equals = o->filter ? strchr(o->filter, '=') : NULL;

	strv_extend(ret, o->status);
	if (str_empty(o->filter))
		return 0;
	if (!equals)
		return error_set(err, EINVAL, "arguments to --filter should be in form KEY=VAL");
	if (!startswith(o->filter, "status="))
		return error_set(err, EINVAL, "unknown filter %.*s", (int)(equals - o->filter),
				 o->filter);
	strv_add(ret, equals + 1);
	return 0;
}

static bool is_shown(const ComposeCli *c, const PsFlags *o, char *const *services,
		     char *const *statuses, const Container *container)
{
	const char *service = container_label(container, LABEL_SERVICE);

	if (statuses && !strv_contains(statuses, container->state.status))
		return false;
	if (!statuses && !o->all && !container_is_running(container))
		return false;
	if (*services && !strv_contains(services, service))
		return false;
	return o->orphans || *services || project_service(&c->project, service);
}

static int print_json(const void *const *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		cleanup_json json_t *object = ps_row_json(rows[i]);
		cleanup_free char *text = json_text(object);

		puts(text);
	}
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp((*(const PsRow *const *)a)->c->name, (*(const PsRow *const *)b)->c->name);
}

static int print_rows(const PsFlags *o, const PsRow **rows, size_t n, Error **err)
{
	const ColumnsOptions columns = { .format = o->format,
					 .no_trunc = o->no_trunc,
					 .keys = compose_ps_keys };
	cleanup_strv char **services = NULL;

	for (size_t i = 0; i < n && (o->quiet || o->services); i++) {
		const char *service = container_label(rows[i]->c, LABEL_SERVICE);

		if (o->quiet)
			puts(rows[i]->c->id);
		else if (!strv_contains(services, service))
			strv_add(&services, service);
	}
	STRV_FOREACH(it, services)
		puts(*it);
	if (o->quiet || o->services)
		return 0;
	if (o->format && streq(o->format, "json"))
		return print_json((const void *const *)rows, n);
	return columns_print(compose_ps_columns, &columns, (const void *const *)rows, n, err);
}

static int print_containers(ComposeCli *c, const PsFlags *o, char *const *services,
			    const ProjectContainers *all, Error **err)
{
	const PsRow **rows = xnew0(const PsRow *, all->n + 1);
	PsRow *made = xnew0(PsRow, all->n + 1);
	cleanup_strv char **statuses = NULL;
	int r = statuses_of(o, &statuses, err);
	size_t n = 0;

	for (size_t i = 0; i < all->n && r >= 0; i++) {
		if (!is_shown(c, o, services, statuses, all->list[i]))
			continue;
		made[n] = (PsRow){ all->list[i], timestamp_current() };
		rows[n] = &made[n];
		n++;
	}
	if (n)
		qsort(rows, n, sizeof(*rows), compare_names);
	if (r >= 0)
		r = print_rows(o, rows, n, err);
	free(rows);
	free(made);
	return r;
}

static int check_statuses(char *const *statuses, Error **err)
{
	STRV_FOREACH(it, statuses)
		if (!strv_contains((char *const *)states, *it))
			return error_set(err, EINVAL, "unknown status %s", *it);
	return 0;
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	const PsFlags *o = opts;
	cleanup_project_containers ProjectContainers all = { 0 };
	cleanup_compose_cli ComposeCli c = { 0 };
	int r = compose_cli_open(&c, cli, o->dry_run, OPEN_NAME, "Running", operands, err);

	if (r >= 0)
		r = check_statuses(o->status, err);
	if (r >= 0)
		r = compose_cli_services(&c, operands, err);
	if (r >= 0)
		r = project_containers(c.rt, c.project.name,
				       o->all ? CONTAINERS_ALL : CONTAINERS_SERVICES, &all, err);
	return r < 0 ? r : print_containers(&c, o, operands, &all, err);
}

const Command command_compose_ps = {
	.name = "ps",
	.usage = "ps [OPTIONS] [SERVICE...]",
	.summary = "List containers",
	.min_args = 0,
	.max_args = -1,
	.options = options,
	.options_size = sizeof(PsFlags),
	.defaults = defaults,
	.run = run,
};

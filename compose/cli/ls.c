#include "compose/cli/cli.h"

#include "compose/labels.h"
#include "libcommon/alloc.h"
#include "libcommon/json.h"
#include "libcommon/str.h"

static int compare_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int parse_filter(const Flag *flag, const char *value, void *opts, Error **err)
{
	if (!strchr(value, '='))
		return error_set(err, EINVAL, "bad format of filter (expected name=value)");
	strv_add((char ***)(void *)((char *)opts + flag->offset), value);
	return 0;
}

typedef struct LsFlags {
	bool all, quiet, dry_run;
	char **filter;
	char *format;
} LsFlags;

/* clang-format off */
static const Flag options[] = {
	FLAG_BOOL(LsFlags, "all", 'a', all, "Show all stopped Compose projects"),
	FLAG_CALL("filter", 0, "filter", parse_filter, "Filter output based on conditions provided", .offset = offsetof(LsFlags, filter)),
	FLAG_STRING(LsFlags, "format", 0, format, "Format the output. Values: [table | json]", .fallback = "table"),
	FLAG_BOOL(LsFlags, "quiet", 'q', quiet, "Only display IDs"),
	COMPOSE_DRY_RUN(LsFlags),
	FLAG_END,
};
/* clang-format on */

static void clear(void *opts)
{
	LsFlags *o = opts;

	o->filter = strv_free(o->filter);
}

/* "exited(1), running(2)" of a project's containers. */
static char *status_of(const ProjectContainers *all, const char *project)
{
	cleanup_strv char **states = NULL;
	Strbuf b = STRBUF_INIT;

	for (size_t i = 0; i < all->n; i++)
		if (streq(container_label(all->list[i], LABEL_PROJECT), project) &&
		    !strv_contains(states, all->list[i]->state.status))
			strv_add(&states, all->list[i]->state.status);
	if (states)
		qsort(states, strv_length(states), sizeof(*states), compare_text);
	STRV_FOREACH(it, states) {
		size_t n = 0;

		for (size_t i = 0; i < all->n; i++)
			n += streq(container_label(all->list[i], LABEL_PROJECT), project) &&
			     streq(all->list[i]->state.status, *it);
		strbuf_addf(&b, "%s%s(%zu)", b.len ? ", " : "", *it, n);
	}
	return strbuf_steal(&b);
}

static char *files_of(const ProjectContainers *all, const char *project)
{
	cleanup_strv char **files = NULL;
	char *joined;

	for (size_t i = 0; i < all->n; i++) {
		cleanup_strv char **list =
			strv_split(container_label(all->list[i], LABEL_FILES), ',');

		if (!streq(container_label(all->list[i], LABEL_PROJECT), project))
			continue;
		STRV_FOREACH(it, list)
			if (**it && !strv_contains(files, *it))
				strv_add(&files, *it);
	}
	joined = files ? strv_join(files, ",") : xstrdup("N/A");
	return joined;
}

static int check_filters(char *const *filters, Error **err)
{
	STRV_FOREACH(it, filters)
		if (!startswith(*it, "name="))
			return error_set(err, EINVAL, "invalid filter '%.*s'",
					 (int)strcspn(*it, "="), *it);
	return 0;
}

static bool matches(char *const *filters, const char *name)
{
	bool any = false;

	STRV_FOREACH(it, filters)
		any |= strstr(name, strchr(*it, '=') + 1) != NULL;
	return any || !filters;
}

static void print_json(const ProjectContainers *all, char *const *names)
{
	cleanup_json json_t *list = json_array();
	cleanup_free char *text = NULL;

	STRV_FOREACH(it, names) {
		cleanup_free char *status = status_of(all, *it), *files = files_of(all, *it);

		(void)json_array_append_new(list,
					    json_pack("{s:s, s:s, s:s}", "Name", *it, "Status",
						      status, "ConfigFiles", files));
	}
	text = json_text(list);
	puts(text);
}

static void print_table(const ProjectContainers *all, char *const *names)
{
	cleanup_strv char **lines = NULL;

	strv_add(&lines, "NAME\tSTATUS\tCONFIG FILES");
	STRV_FOREACH(it, names) {
		cleanup_free char *status = status_of(all, *it), *files = files_of(all, *it);

		strv_addf(&lines, "%s\t%s\t%s", *it, status, files);
	}
	compose_table_print(lines, COMPOSE_TABLE_WIDTH);
}

static char **project_names(const ProjectContainers *all, char *const *filters)
{
	char **names = NULL;

	for (size_t i = 0; i < all->n; i++) {
		const char *name = container_label(all->list[i], LABEL_PROJECT);

		if (!strv_contains(names, name) && matches(filters, name))
			strv_add(&names, name);
	}
	if (names)
		qsort(names, strv_length(names), sizeof(*names), compare_text);
	return names;
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	const LsFlags *o = opts;
	cleanup_project_containers ProjectContainers all = { 0 };
	cleanup_compose_cli ComposeCli c = { 0 };
	cleanup_strv char **names = NULL;
	unsigned flags = CONTAINERS_ALL | (o->all ? 0 : CONTAINERS_RUNNING);
	int r = check_filters(o->filter, err);

	(void)operands;
	if (r >= 0)
		r = compose_cli_format(o->format, err);
	if (r >= 0)
		r = compose_cli_open(&c, cli, o->dry_run, OPEN_NOTHING, "Running", NULL, err);
	if (r >= 0)
		r = project_containers(c.rt, NULL, flags, &all, err);
	if (r < 0)
		return r;
	names = project_names(&all, o->filter);
	if (o->quiet)
		STRV_FOREACH(it, names)
			puts(*it);
	else if (streq_null(o->format, "json"))
		print_json(&all, names);
	else
		print_table(&all, names);
	return 0;
}

const Command command_compose_ls = {
	.name = "ls",
	.usage = "ls [OPTIONS]",
	.summary = "List running compose projects",
	.min_args = 0,
	.max_args = 0,
	.options = options,
	.options_size = sizeof(LsFlags),
	.clear = clear,
	.run = run,
};

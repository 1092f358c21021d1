#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libcommon/timestamp.h"
#include "librunner/container-brief.h"
#include "librunner/container-filter.h"
#include "librunner/container-state.h"
#include "racker/client-config.h"
#include "racker/commands.h"
#include "racker/engine.h"
#include "racker/format.h"
#include "racker/ps-columns.h"

#define SHORT_ID 12

typedef struct PsOptions {
	bool all, latest, no_trunc, quiet, size;
	int64_t last;
	char *format, *sort;
	char **filters;
} PsOptions;

/* clang-format off */
static const Flag options[] = {
	FLAG_BOOL(PsOptions, "all", 'a', all, "Show all containers (default shows just running)"),
	FLAG_CALL("filter", 'f', "filter", parse_filter,
		  "Filter output based on conditions provided",
		  .offset = offsetof(PsOptions, filters)),
	FLAG_STRING(PsOptions, "format", 0, format, FORMAT_HELP),
	FLAG_INT(PsOptions, "last", 'n', last,
		 "Show n last created containers (includes all states)", .fallback = "-1"),
	FLAG_BOOL(PsOptions, "latest", 'l', latest,
		  "Show the latest created container (includes all states)"),
	FLAG_BOOL(PsOptions, "no-trunc", 0, no_trunc, "Don't truncate output"),
	FLAG_BOOL(PsOptions, "quiet", 'q', quiet, "Only display container IDs"),
	FLAG_BOOL(PsOptions, "size", 's', size, "Display total file sizes"),
	FLAG_STRING(PsOptions, "sort", 0, sort,
		    "Sort by a column: name, id, image, command, created, status, state, size, network or addresses"),
	FLAG_END,
};
/* clang-format on */

static void defaults(void *opts)
{
	((PsOptions *)opts)->last = -1;
}

static void clear(void *opts)
{
	PsOptions *o = opts;

	o->filters = strv_free(o->filters);
}

/* What the names of images mean now: a few names on many lines. */
typedef struct ImageNames {
	struct ImageName {
		const char *name; /* of a container */
		char *id; /* NULL: nothing */
	} * names;
	size_t n, cap;
} ImageNames;

static const char *image_id(Runtime *rt, ImageNames *known, const char *name)
{
	char *id = NULL;

	for (size_t i = known->n; i > 0; i--)
		if (streq(known->names[i - 1].name, name))
			return known->names[i - 1].id;
	(void)image_find_id(rt->store, name, &id, NULL);
	GROW(known->names, known->n, &known->cap);
	known->names[known->n++] = (struct ImageName){ name, id };
	return id;
}

static void image_names_clear(ImageNames *known)
{
	for (size_t i = 0; i < known->n; i++)
		free(known->names[i].id);
	free(known->names);
}

/* As typed, unless the name has gone or means another image since. */
static char *image_text(Runtime *rt, ImageNames *known, const Container *c)
{
	const char *name = c->config.image ? c->config.image : "";
	const char *id = c->image_id ? c->image_id : "", *hex = startswith(id, "sha256:");

	/* A directory of the host instead of an image. */
	if (!*id)
		return xstrdup(name);
	if (streq_null(image_id(rt, known, name), id))
		return xstrdup(name);
	return xstrndup(hex ? hex : id, SHORT_ID);
}

/* Docker's old `raw` format, which has no template of its own. */
static char *raw_format(const PsOptions *o)
{
	if (o->quiet)
		return xstrdup("container_id: {{.ID}}");
	return xasprintf("container_id: {{.ID}}\nimage: {{.Image}}\ncommand: {{.Command}}\n"
			 "created_at: {{.CreatedAt}}\nstate: {{- pad .State 1 0}}\n"
			 "status: {{- pad .Status 1 0}}\nnames: {{.Names}}\n"
			 "labels: {{- pad .Labels 1 0}}\nports: {{- pad .Ports 1 0}}\n%s",
			 o->size ? "size: {{.Size}}\n" : "");
}

/* Docker's `ps` looks at the template before its lists do, and has words of its own. */
static int in_words_of_ps(const Error *e, Error **err)
{
	const char *reason = startswith(e->msg, "template parsing error: ");

	if (!reason)
		return error_set(err, e->errnum, "%s", e->msg);
	return error_set(err, e->errnum, "failed to %s template: %s",
			 strstr(reason, ": executing ") ? "execute" : "parse", reason);
}

static int print_rows(const PsOptions *o, const char *format, const PsRow *rows, size_t n,
		      Error **err)
{
	static const char *const with_size[] = { "ID",	       "Image",	 "Command",
						 "RunningFor", "Status", "Ports",
						 "Names",      "Size",	 NULL };
	cleanup_free const void **pointers = xnew0(const void *, n + 1);
	bool is_raw = format && streq(format, "raw");
	cleanup_free char *raw = is_raw ? raw_format(o) : NULL;
	ColumnsOptions how = { .format = raw	    ? raw
					 : o->quiet ? "{{.ID}}"
						    : format,
			       .no_trunc = o->no_trunc,
			       .keys = o->size ? with_size : NULL };
	cleanup_error Error *e = NULL;
	int r;

	for (size_t i = 0; i < n; i++)
		pointers[i] = &rows[i];
	r = columns_print(ps_columns, &how, pointers, n, &e);
	return r < 0 ? in_words_of_ps(e, err) : r;
}

static int show(Runtime *rt, const PsOptions *o, const char *format, Container *const *list,
		size_t n, Error **err)
{
	cleanup_free PsRow *rows = xnew0(PsRow, n + 1);
	cleanup(image_names_clear) ImageNames known = { 0 };
	bool size = o->size || (format && strstr(format, ".Size"));
	int r;

	for (size_t i = 0; i < n; i++)
		rows[i] = (PsRow){ .rt = rt,
				   .c = list[i],
				   .image = image_text(rt, &known, list[i]),
				   .now = timestamp_current(),
				   .size = size };
	r = o->sort ? ps_sort(rows, n, o->sort, err) : 0;
	if (r >= 0)
		r = print_rows(o, format, rows, n, err);
	for (size_t i = 0; i < n; i++)
		free(rows[i].image);
	return r;
}

static int64_t limit_of(const PsOptions *o)
{
	return o->latest && o->last < 0 ? 1 : o->last;
}

/* Whether containers that do not run are eligible. */
static bool wants_all(const PsOptions *o, const ContainerFilter *filter)
{
	return o->all || limit_of(o) > 0 || container_filter_wants_all(filter);
}

/* Moves what is to be shown to the front of the list; returns how many there are. */
static size_t select_rows(const PsOptions *o, const ContainerFilter *filter, Container **list,
			  size_t n)
{
	int64_t limit = limit_of(o);
	bool all = wants_all(o, filter);
	size_t shown = 0;

	for (size_t i = 0; i < n; i++) {
		Container *c = list[i];

		if (limit > 0 && shown == (size_t)limit)
			break;
		if ((!all && !container_is_running(c)) || !container_filter_match(filter, c))
			continue;
		list[i] = list[shown];
		list[shown++] = c;
	}
	return shown;
}

static void tell_broken(Container *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (list[i]->broken)
			fprintf(stderr,
				"WARNING: container %s cannot be used, only removed by force: %s\n",
				list[i]->name, list[i]->state.error);
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	cleanup_container_filter ContainerFilter *filter = NULL;
	cleanup_client_config ClientConfig config = { 0 };
	const PsOptions *o = opts;
	const char *format = o->format;
	Container **list = NULL;
	size_t n = 0;
	int r = engine_open(cli, &engine, err);

	(void)operands;
	if (r < 0)
		return r;
	if (o->quiet && !str_empty(format))
		fputs("WARNING: " FORMAT_IGNORED "\n", stderr);
	if (str_empty(format) && !o->quiet) {
		client_config_read(cli, &config);
		format = config.ps_format;
	}
	r = container_filter_new(engine.rt, o->filters, &filter, err);
	if (r >= 0)
		r = container_list_brief(engine.rt, wants_all(o, filter) ? 0 : BRIEF_RUNNING, &list,
					 &n, err);
	if (r < 0)
		return r;
	tell_broken(list, n);
	r = show(engine.rt, o, format, list, select_rows(o, filter, list, n), err);
	container_list_free(list, n);
	return r;
}

const Command command_ps = {
	.name = "ps",
	.aliases = "container ls, container list, container ps, ps",
	.usage = "ps [OPTIONS]",
	.summary = "List containers",
	.flags = COMMAND_COMMON,
	.options = options,
	.options_size = sizeof(PsOptions),
	.defaults = defaults,
	.clear = clear,
	.run = run,
};

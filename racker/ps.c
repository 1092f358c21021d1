#include "libcommon/alloc.h"
#include "libcommon/cli/columns.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "libcommon/timestamp.h"
#include "librunner/container-filter.h"
#include "librunner/container-state.h"
#include "librunner/container-text.h"
#include "racker/commands.h"
#include "racker/engine.h"
#include "racker/format.h"

#define SHORT_ID 12
#define COMMAND_WIDTH 20

typedef struct PsOptions {
	bool all, latest, no_trunc, quiet;
	int64_t last;
	char *format;
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

/* One line of the list. */
typedef struct Row {
	const Container *c;
	char *image; /* its name, or its ID when the name means another image now */
	int64_t now;
} Row;

static char *text_id(const void *row, bool truncate)
{
	const Row *r = row;

	return truncate ? xstrndup(r->c->id, SHORT_ID) : xstrdup(r->c->id);
}

static char *text_image(const void *row, bool truncate)
{
	(void)truncate;
	return xstrdup(((const Row *)row)->image);
}

static char *text_command(const void *row, bool truncate)
{
	cleanup_free char *whole = container_command_text(((const Row *)row)->c);
	cleanup_free char *shown = truncate ? text_truncate(whole, COMMAND_WIDTH) : steal(&whole);

	return str_quote(shown);
}

static char *text_created_at(const void *row, bool truncate)
{
	const Row *r = row;
	int64_t t;

	(void)truncate;
	return timestamp_parse(r->c->created, &t) < 0 ? xstrdup("") : timestamp_text_go(t);
}

static char *text_running_for(const void *row, bool truncate)
{
	const Row *r = row;

	(void)truncate;
	return time_ago_text(r->c->created, r->now);
}

static char *text_status(const void *row, bool truncate)
{
	const Row *r = row;

	(void)truncate;
	return container_status_text(&r->c->state, r->now);
}

static char *text_state(const void *row, bool truncate)
{
	(void)truncate;
	return xstrdup(((const Row *)row)->c->state.status);
}

/* With the host's network and with none, nothing is published. */
static char *text_ports(const void *row, bool truncate)
{
	(void)row;
	(void)truncate;
	return xstrdup("");
}

static char *text_names(const void *row, bool truncate)
{
	(void)truncate;
	return xstrdup(((const Row *)row)->c->name);
}

static char *text_labels(const void *row, bool truncate)
{
	char *joined = strv_join(((const Row *)row)->c->config.labels, ",");

	(void)truncate;
	return joined ? joined : xstrdup("");
}

static char *text_networks(const void *row, bool truncate)
{
	(void)truncate;
	return xstrdup(((const Row *)row)->c->host.network_mode);
}

static char *text_mounts(const void *row, bool truncate)
{
	cleanup_strv char **sources = NULL;
	char *joined;

	STRV_FOREACH(it, ((const Row *)row)->c->host.binds) {
		cleanup_free char *source = xstrndup(*it, strcspn(*it, ":"));

		strv_push(&sources, truncate ? text_truncate(source, 15) : steal(&source));
	}
	joined = strv_join(sources, ",");
	return joined ? joined : xstrdup("");
}

/* clang-format off */
static const Column columns[] = {
	{ "CONTAINER ID", "ID", true, text_id },
	{ "IMAGE", "Image", true, text_image },
	{ "COMMAND", "Command", true, text_command },
	{ "CREATED", "RunningFor", true, text_running_for },
	{ "STATUS", "Status", true, text_status },
	{ "PORTS", "Ports", true, text_ports },
	{ "NAMES", "Names", true, text_names },
	{ "CREATED AT", "CreatedAt", false, text_created_at },
	{ "STATE", "State", false, text_state },
	{ "LABELS", "Labels", false, text_labels },
	{ "MOUNTS", "Mounts", false, text_mounts },
	{ "NETWORKS", "Networks", false, text_networks },
	{ .key = NULL },
};
/* clang-format on */

/* As typed, unless the name has gone or means another image since. */
static char *image_name(Runtime *rt, const Container *c)
{
	cleanup_image Image *image = NULL;
	const char *id = c->image_id ? c->image_id : "";
	const char *hex = startswith(id, "sha256:");

	if (image_find(rt->store, c->config.image, &image, NULL) >= 0 && streq(image->id, id))
		return xstrdup(c->config.image);
	return xstrndup(hex ? hex : id, SHORT_ID);
}

static int print_rows(Runtime *rt, const PsOptions *o, Container *const *list, size_t n,
		      Error **err)
{
	ColumnsOptions how = { .format = o->quiet ? "{{.ID}}" : o->format,
			       .no_trunc = o->no_trunc };
	cleanup_free Row *rows = xnew0(Row, n ? n : 1);
	cleanup_free const void **pointers = xnew0(const void *, n ? n : 1);
	int r;

	for (size_t i = 0; i < n; i++) {
		rows[i] = (Row){ list[i], image_name(rt, list[i]), timestamp_current() };
		pointers[i] = &rows[i];
	}
	r = columns_print(columns, &how, pointers, n, err);
	for (size_t i = 0; i < n; i++)
		free(rows[i].image);
	return r;
}

/* Moves what is to be shown to the front of the list; returns how many there are. */
static size_t select_rows(const PsOptions *o, const ContainerFilter *filter, Container **list,
			  size_t n)
{
	int64_t limit = o->latest && o->last < 0 ? 1 : o->last;
	bool all = o->all || limit > 0 || container_filter_wants_all(filter);
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

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	cleanup_container_filter ContainerFilter *filter = NULL;
	const PsOptions *o = opts;
	Container **list = NULL;
	size_t n = 0;
	int r = engine_open(cli, &engine, err);

	(void)operands;
	if (r >= 0)
		r = container_filter_new(engine.rt, o->filters, &filter, err);
	if (r >= 0)
		r = container_list(engine.rt, &list, &n, err);
	if (r < 0)
		return r;
	if (o->quiet && o->format)
		log_warning(FORMAT_IGNORED);
	r = print_rows(engine.rt, o, list, select_rows(o, filter, list, n), err);
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

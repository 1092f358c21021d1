#include <time.h>

#include "libcommon/alloc.h"
#include "libcommon/cli/columns.h"
#include "libcommon/str.h"
#include "librunner/container-state.h"
#include "librunner/container-stats.h"
#include "librunner/stats-columns.h"
#include "racker/commands.h"
#include "racker/engine.h"
#include "racker/format.h"

/* The first figures come soon; later ones are means of a second, as Docker's. */
#define FIRST_NSEC 250000000
#define PERIOD_SEC 1
/* Where the screen begins, the rest of a line, the rest of the screen. */
#define HOME "\033[H"
#define CLEAR_LINE "\033[K"
#define CLEAR_BELOW "\033[J"

typedef struct StatsOptions {
	bool all, no_stream, no_trunc;
	char *format;
} StatsOptions;

/* clang-format off */
static const Flag options[] = {
	FLAG_BOOL(StatsOptions, "all", 'a', all, "Show all containers (default shows just running)"),
	FLAG_STRING(StatsOptions, "format", 0, format, FORMAT_HELP),
	FLAG_BOOL(StatsOptions, "no-stream", 0, no_stream,
		  "Disable streaming stats and only pull the first result"),
	FLAG_BOOL(StatsOptions, "no-trunc", 0, no_trunc, "Do not truncate output"),
	FLAG_END,
};
/* clang-format on */

typedef struct List {
	ContainerStats *rows;
	size_t n, cap;
} List;

static void list_clear(List *l)
{
	for (size_t i = 0; i < l->n; i++)
		container_stats_clear(&l->rows[i]);
	free(l->rows);
	*l = (List){ 0 };
}

static void list_add(List *l, const Container *c, const char *asked)
{
	GROW(l->rows, l->n, &l->cap);
	container_stats_init(&l->rows[l->n++], c, asked);
}

/* ---- the list ---- */

static int list_named(Engine *e, char **names, List *l, Error **err)
{
	STRV_FOREACH(name, names) {
		cleanup_container Container *c = NULL;
		int r = container_find(e->rt, *name, &c, err);

		if (r < 0)
			return r;
		list_add(l, c, *name);
	}
	return 0;
}

static ContainerStats *list_find(const List *l, const char *id)
{
	for (size_t i = 0; i < l->n; i++)
		if (streq(l->rows[i].id, id))
			return &l->rows[i];
	return NULL;
}

/* What runs now, newest first; what was there before keeps its figures. */
static int list_present(Engine *e, bool all, List *l, Error **err)
{
	Container **found = NULL;
	List now = { 0 };
	size_t n = 0;
	int r = container_list(e->rt, &found, &n, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++) {
		ContainerStats *old = list_find(l, found[i]->id);

		if (!all && !container_is_running(found[i]))
			continue;
		list_add(&now, found[i], NULL);
		if (old) {
			now.rows[now.n - 1].usage = old->usage;
			now.rows[now.n - 1].when = old->when;
		}
	}
	container_list_free(found, n);
	list_clear(l);
	*l = now;
	return 0;
}

static int list_read(Engine *e, char **names, bool all, List *l, Error **err)
{
	int r = *names ? (l->n ? 0 : list_named(e, names, l, err)) : list_present(e, all, l, err);

	for (size_t i = 0; r >= 0 && i < l->n; i++) {
		cleanup_error Error *gone = NULL;

		/* One that is removed meanwhile shows nothing any more. */
		if (container_stats_read(e->rt, &l->rows[i], &gone) < 0)
			l->rows[i].usage = (Usage){ 0 };
	}
	return r;
}

/* ---- showing ---- */

/* Docker has words of its own for it here. */
static int wrong_template(int r, Error **err)
{
	cleanup_error Error *e = steal(err);
	const char *reason = strstr(e->msg, "template: ");

	return reason ? error_set(err, -r, "template parsing error: %s", reason + 10)
		      : error_propagate(err, steal(&e));
}

static int show(const StatsOptions *o, const List *l, Error **err)
{
	ColumnsOptions how = { .format = o->format, .no_trunc = o->no_trunc };
	cleanup_free const void **rows = xnew0(const void *, l->n + 1);
	cleanup_strbuf Strbuf text = STRBUF_INIT;
	int r;

	for (size_t i = 0; i < l->n; i++)
		rows[i] = &l->rows[i];
	r = columns_text(stats_columns, &how, rows, l->n, &text, err);
	if (r < 0)
		return wrong_template(r, err);
	if (!o->no_stream)
		(void)fputs(HOME, stdout);
	for (const char *p = text.data ? text.data : ""; *p; p++) {
		if (*p == '\n' && !o->no_stream)
			(void)fputs(CLEAR_LINE, stdout);
		(void)fputc(*p, stdout);
	}
	if (!o->no_stream)
		(void)fputs(CLEAR_BELOW, stdout);
	return fflush(stdout) == 0 ? 0 : error_errno(err, errno, "write to stdout");
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	struct timespec pause = { .tv_nsec = FIRST_NSEC };
	cleanup_engine Engine engine = { 0 };
	cleanup(list_clear) List list = { 0 };
	const StatsOptions *o = opts;
	int r = engine_open(cli, &engine, err);

	if (r >= 0)
		r = list_read(&engine, operands, o->all, &list, err);
	do {
		if (r < 0 || nanosleep(&pause, NULL) < 0)
			break;
		pause = (struct timespec){ .tv_sec = PERIOD_SEC };
		r = list_read(&engine, operands, o->all, &list, err);
		if (r >= 0)
			r = show(o, &list, err);
	} while (r >= 0 && !o->no_stream);
	return r;
}

const Command command_stats = {
	.name = "stats",
	.aliases = "container stats, stats",
	.usage = "stats [OPTIONS] [CONTAINER...]",
	.summary = "Display a live stream of container(s) resource usage statistics",
	.max_args = -1,
	.options = options,
	.options_size = sizeof(StatsOptions),
	.run = run,
};

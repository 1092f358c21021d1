#include "compose/cli/cli.h"

#include <time.h>

#include "compose/labels.h"
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/stats-columns.h"

/* The first figures come soon; later ones are means of a second. */
#define FIRST_NSEC 250000000

typedef struct StatsFlags {
	bool all, no_stream, no_trunc, dry_run;
	char *format;
} StatsFlags;

/* clang-format off */
static const Flag options[] = {
	FLAG_BOOL(StatsFlags, "all", 'a', all, "Show all containers (default shows just running)"),
	FLAG_STRING(StatsFlags, "format", 0, format, COMPOSE_FORMAT_HELP),
	FLAG_BOOL(StatsFlags, "no-stream", 0, no_stream, "Disable streaming stats and only pull the first result"),
	FLAG_BOOL(StatsFlags, "no-trunc", 0, no_trunc, "Do not truncate output"),
	COMPOSE_DRY_RUN(StatsFlags),
	FLAG_END,
};
/* clang-format on */

typedef struct List {
	ContainerStats *rows;
	size_t n;
} List;

static int list_present(ComposeCli *c, const StatsFlags *o, char *const *services, List *l,
			Error **err)
{
	cleanup_project_containers ProjectContainers all = { 0 };
	unsigned flags = CONTAINERS_ALL | (o->all ? 0 : CONTAINERS_RUNNING);
	int r = project_containers(c->rt, c->project.name, flags, &all, err);

	if (r < 0)
		return r;
	l->rows = xnew0(ContainerStats, all.n + 1);
	for (size_t i = 0; i < all.n; i++)
		if (!*services ||
		    strv_contains(services, container_label(all.list[i], LABEL_SERVICE)))
			container_stats_init(&l->rows[l->n++], all.list[i], NULL);
	return 0;
}

static void list_clear(List *l)
{
	for (size_t i = 0; i < l->n; i++)
		container_stats_clear(&l->rows[i]);
	free(l->rows);
	*l = (List){ 0 };
}

/* What was there before keeps its figures, which the percentages are made of. */
static void list_take(List *to, const List *from)
{
	for (size_t i = 0; i < to->n; i++)
		for (size_t k = 0; k < from->n; k++)
			if (streq(to->rows[i].id, from->rows[k].id)) {
				to->rows[i].usage = from->rows[k].usage;
				to->rows[i].when = from->rows[k].when;
			}
}

static void list_read(Runtime *rt, List *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (container_stats_read(rt, &l->rows[i], NULL) < 0)
			l->rows[i].usage = (Usage){ 0 };
}

static int print(const StatsFlags *o, const List *l, bool screen, Error **err)
{
	const ColumnsOptions columns = { .format = o->format, .no_trunc = o->no_trunc };
	const void **rows = xnew0(const void *, l->n + 1);
	int r;

	for (size_t i = 0; i < l->n; i++)
		rows[i] = &l->rows[i];
	if (screen)
		(void)fputs("\033[H\033[J", stdout);
	r = columns_print(stats_columns, &columns, rows, l->n, err);
	(void)fflush(stdout);
	free(rows);
	return r;
}

static int show(ComposeCli *c, const StatsFlags *o, char *const *services, Error **err)
{
	bool screen = !o->no_stream && ansi_wanted(c->globals, 1) && !o->format;
	List l = { 0 };
	int r = list_present(c, o, services, &l, err);

	if (r >= 0)
		list_read(c->rt, &l);
	for (bool first = true; r >= 0; first = false) {
		const struct timespec delay = { .tv_sec = first ? 0 : 1,
						.tv_nsec = first ? FIRST_NSEC : 0 };
		List now = { 0 };

		(void)nanosleep(&delay, NULL);
		r = list_present(c, o, services, &now, err);
		list_take(&now, &l);
		list_clear(&l);
		l = now;
		list_read(c->rt, &l);
		if (r >= 0)
			r = print(o, &l, screen, err);
		if (o->no_stream)
			break;
	}
	list_clear(&l);
	return r;
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	const StatsFlags *o = opts;
	cleanup_compose_cli ComposeCli c = { 0 };
	int r = compose_cli_open(&c, cli, o->dry_run, OPEN_NAME, "Running", NULL, err);

	return r < 0 ? r : show(&c, o, operands, err);
}

const Command command_compose_stats = {
	.name = "stats",
	.usage = "stats [OPTIONS] [SERVICE]",
	.summary = "Display a live stream of container(s) resource usage statistics",
	.min_args = 0,
	.max_args = 1,
	.options = options,
	.options_size = sizeof(StatsFlags),
	.run = run,
};

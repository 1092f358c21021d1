#include "compose/cli/cli.h"

#include "compose/labels.h"
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/container-top.h"

#define TOP_MIN_WIDTH 5

typedef struct TopFlags {
	bool dry_run;
} TopFlags;

/* clang-format off */
static const Flag options[] = {
	COMPOSE_DRY_RUN(TopFlags),
	FLAG_END,
};
/* clang-format on */

static int top_one(ComposeCli *c, const Container *container, Error **err)
{
	cleanup_strv char **lines = NULL;
	cleanup_strv char **table = NULL;
	int r = container_top(c->rt, container->id, NULL, &lines, err);

	if (r < 0)
		return r;
	puts(container->name);
	/* The last column has blanks behind it, too. */
	STRV_FOREACH(it, lines)
		strv_addf(&table, "%s\t", *it);
	compose_table_print(table, TOP_MIN_WIDTH);
	putchar('\n');
	return 0;
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	const TopFlags *o = opts;
	cleanup_project_containers ProjectContainers all = { 0 };
	cleanup_compose_cli ComposeCli c = { 0 };
	int r = compose_cli_open(&c, cli, o->dry_run, OPEN_NAME, "Running", NULL, err);

	if (r >= 0)
		r = project_containers(c.rt, c.project.name, CONTAINERS_ALL | CONTAINERS_RUNNING,
				       &all, err);
	for (size_t i = 0; r >= 0 && i < all.n; i++)
		if (!*operands ||
		    strv_contains(operands, container_label(all.list[i], LABEL_SERVICE)))
			r = top_one(&c, all.list[i], err);
	return r;
}

const Command command_compose_top = {
	.name = "top",
	.usage = "top [SERVICES...]",
	.summary = "Display the running processes",
	.min_args = 0,
	.max_args = -1,
	.options = options,
	.options_size = sizeof(TopFlags),
	.run = run,
};

#include "compose/cli/cli.h"

#include "compose/labels.h"
#include "libcommon/alloc.h"
#include "libcommon/json.h"
#include "libcommon/str.h"
#include "libcommon/units.h"

typedef struct ImagesFlags {
	char *format;
	bool quiet, dry_run;
} ImagesFlags;

/* clang-format off */
static const Flag options[] = {
	FLAG_STRING(ImagesFlags, "format", 0, format, "Format the output. Values: [table | json]", .fallback = "table"),
	FLAG_BOOL(ImagesFlags, "quiet", 'q', quiet, "Only display IDs"),
	COMPOSE_DRY_RUN(ImagesFlags),
	FLAG_END,
};
/* clang-format on */

typedef struct ImageRow {
	const Container *container;
	char *id, *repository, *tag;
	int64_t size;
} ImageRow;

static void row_fill(ImageRow *row, Runtime *rt, const Container *c)
{
	cleanup_image Image *image = NULL;
	const char *name, *colon;

	*row = (ImageRow){ .container = c, .id = xstrdup(c->image_id ? c->image_id : "") };
	if (image_find(rt->store, row->id, &image, NULL) < 0 || !image->repo_tags ||
	    !*image->repo_tags) {
		row->repository = xstrdup("<none>");
		row->tag = xstrdup("<none>");
		row->size = image ? image->size : 0;
		return;
	}
	name = image->repo_tags[0];
	colon = strrchr(name, ':');
	row->repository = colon ? xstrndup(name, (size_t)(colon - name)) : xstrdup(name);
	row->tag = xstrdup(colon ? colon + 1 : "latest");
	row->size = image->size;
}

static void rows_free(ImageRow *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(rows[i].id);
		free(rows[i].repository);
		free(rows[i].tag);
	}
	free(rows);
}

/* Without "sha256:". */
static const char *plain_id(const ImageRow *row)
{
	const char *colon = strchr(row->id, ':');

	return colon ? colon + 1 : row->id;
}

static void print_ids(const ImageRow *rows, size_t n)
{
	cleanup_strv char **seen = NULL;

	for (size_t i = 0; i < n; i++) {
		if (strv_contains(seen, rows[i].id))
			continue;
		strv_add(&seen, rows[i].id);
		puts(plain_id(&rows[i]));
	}
}

static void print_json(const ImageRow *rows, size_t n)
{
	cleanup_json json_t *list = json_array();
	cleanup_free char *text = NULL;

	for (size_t i = 0; i < n; i++)
		(void)json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:I}", "ID",
							    rows[i].id, "ContainerName",
							    rows[i].container->name, "Repository",
							    rows[i].repository, "Tag", rows[i].tag,
							    "Size", (json_int_t)rows[i].size));
	text = json_text(list);
	puts(text);
}

static void print_table(const ImageRow *rows, size_t n)
{
	cleanup_strv char **lines = NULL;

	strv_add(&lines, "CONTAINER\tREPOSITORY\tTAG\tIMAGE ID\tSIZE");
	for (size_t i = 0; i < n; i++) {
		cleanup_free char *size = human_size_precision((double)rows[i].size, 3);

		strv_addf(&lines, "%s\t%s\t%s\t%.12s\t%s", rows[i].container->name,
			  rows[i].repository, rows[i].tag, plain_id(&rows[i]), size);
	}
	compose_table_print(lines, COMPOSE_TABLE_WIDTH);
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	const ImagesFlags *o = opts;
	cleanup_project_containers ProjectContainers all = { 0 };
	cleanup_compose_cli ComposeCli c = { 0 };
	ImageRow *rows;
	size_t n = 0;
	int r = compose_cli_open(&c, cli, o->dry_run, OPEN_NAME, "Running", NULL, err);

	if (r >= 0)
		r = compose_cli_format(o->format, err);
	if (r >= 0)
		r = project_containers(c.rt, c.project.name, CONTAINERS_ALL, &all, err);
	if (r < 0)
		return r;
	rows = xnew0(ImageRow, all.n + 1);
	for (size_t i = 0; i < all.n; i++)
		if (!*operands ||
		    strv_contains(operands, container_label(all.list[i], LABEL_SERVICE)))
			row_fill(&rows[n++], c.rt, all.list[i]);
	if (o->quiet)
		print_ids(rows, n);
	else if (streq_null(o->format, "json"))
		print_json(rows, n);
	else
		print_table(rows, n);
	rows_free(rows, n);
	return 0;
}

const Command command_compose_images = {
	.name = "images",
	.usage = "images [OPTIONS] [SERVICE...]",
	.summary = "List images used by the created containers",
	.min_args = 0,
	.max_args = -1,
	.options = options,
	.options_size = sizeof(ImagesFlags),
	.run = run,
};

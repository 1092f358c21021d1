/* list-images: the catalogue, for people as a table, for programs as a JSON list of labels. */
#include <stdio.h>

#include "libcommon/alloc.h"
#include "libcommon/cli/columns.h"
#include "libcommon/str.h"
#include "libimage/image.h"
#include "postroj/commands.h"

typedef struct ListImages {
	char *format;
} ListImages;

static char *text_label(const void *row, bool truncate)
{
	(void)truncate;
	return xstrdup(((const CatalogueEntry *)row)->label);
}

static char *text_aliases(const void *row, bool truncate)
{
	(void)truncate;
	return strv_join(((const CatalogueEntry *)row)->aliases, ", ");
}

static char *text_distribution(const void *row, bool truncate)
{
	(void)truncate;
	return xstrdup(((const CatalogueEntry *)row)->distribution);
}

static char *or_empty(const char *s)
{
	return xstrdup(s ? s : "");
}

static char *text_version(const void *row, bool truncate)
{
	(void)truncate;
	return or_empty(((const CatalogueEntry *)row)->version);
}

static char *text_codename(const void *row, bool truncate)
{
	(void)truncate;
	return or_empty(((const CatalogueEntry *)row)->codename);
}

static char *text_family(const void *row, bool truncate)
{
	(void)truncate;
	return xstrdup(((const CatalogueEntry *)row)->family);
}

static char *text_sources(const void *row, bool truncate)
{
	(void)truncate;
	return strv_join(((const CatalogueEntry *)row)->sources, ", ");
}

/* clang-format off */
static const Column columns[] = {
	{ "LABEL", "Label", true, text_label },
	{ "ALIASES", "Aliases", true, text_aliases },
	{ "DISTRIBUTION", "Distribution", true, text_distribution },
	{ "VERSION", "Version", true, text_version },
	{ "CODENAME", "Codename", true, text_codename },
	{ "FAMILY", "Family", true, text_family },
	{ "SOURCES", "Sources", false, text_sources },
	{ .key = NULL }
};

static const Flag options[] = {
	FLAG_STRING(ListImages, "format", 0, format,
		    "Format output: \"json\" prints the labels as a list, \"table\" a table with "
		    "column headers (default \"table\" on a terminal, else \"json\"); or a Go template"),
	FLAG_END
};
/* clang-format on */

static int print_labels(const Catalogue *c)
{
	cleanup_json json_t *list = json_array();
	cleanup_free char *text = NULL;

	for (size_t i = 0; i < c->n; i++)
		(void)json_array_append_new(list, json_string(c->entries[i].label));
	text = json_text_pretty(list);
	(void)puts(text);
	return 0;
}

static int print_columns(const Catalogue *c, const char *format, Error **err)
{
	cleanup_free const void **rows = xnew0(const void *, c->n);
	const ColumnsOptions o = { .format = format };

	for (size_t i = 0; i < c->n; i++)
		rows[i] = &c->entries[i];
	return columns_print(columns, &o, rows, c->n, err);
}

static int list_images(Cli *cli, void *data, char **operands, Error **err)
{
	const ListImages *o = data;
	cleanup_catalogue Catalogue *c = NULL;
	const char *format = o->format;
	int r = catalogue_load(&c, err);

	(void)cli;
	(void)operands;
	if (r < 0)
		return r;
	if (!format)
		format = isatty(STDOUT_FILENO) ? "table" : "json";
	return streq(format, "json") ? print_labels(c) : print_columns(c, format, err);
}

const Command list_images_command = {
	.name = "list-images",
	.usage = "list-images [OPTIONS]",
	.summary = "List the distributions of the catalogue",
	.options = options,
	.options_size = sizeof(ListImages),
	.run = list_images,
};

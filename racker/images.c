#include "libcommon/alloc.h"
#include "libcommon/cli/columns.h"
#include "libcommon/str.h"
#include "libcommon/timestamp.h"
#include "libcommon/units.h"
#include "librunner/container-text.h"
#include "librunner/image-rows.h"
#include "racker/client-config.h"
#include "racker/commands.h"
#include "racker/engine.h"
#include "racker/format.h"

#define SHORT_ID 12
#define SIZE_DIGITS 3

typedef struct ImagesOptions {
	bool all, digests, no_trunc, quiet;
	char *format;
	char **filters;
} ImagesOptions;

/* clang-format off */
static const Flag options[] = {
	FLAG_BOOL(ImagesOptions, "all", 'a', all,
		  "Show all images (default hides intermediate images)"),
	FLAG_BOOL(ImagesOptions, "digests", 0, digests, "Show digests"),
	FLAG_CALL("filter", 'f', "filter", parse_filter,
		  "Filter output based on conditions provided",
		  .offset = offsetof(ImagesOptions, filters)),
	FLAG_STRING(ImagesOptions, "format", 0, format, FORMAT_HELP),
	FLAG_BOOL(ImagesOptions, "no-trunc", 0, no_trunc, "Don't truncate output"),
	FLAG_BOOL(ImagesOptions, "quiet", 'q', quiet, "Only show image IDs"),
	FLAG_END,
};
/* clang-format on */

static void clear(void *opts)
{
	ImagesOptions *o = opts;

	o->filters = strv_free(o->filters);
}

static char *text_id(const void *row, bool truncate)
{
	const char *id = ((const ImageRow *)row)->image->id, *hex = startswith(id, "sha256:");

	return truncate && hex ? xstrndup(hex, SHORT_ID) : xstrdup(id);
}

static char *text_repository(const void *row, bool truncate)
{
	(void)truncate;
	return xstrdup(((const ImageRow *)row)->repository);
}

static char *text_tag(const void *row, bool truncate)
{
	(void)truncate;
	return xstrdup(((const ImageRow *)row)->tag);
}

static char *text_digest(const void *row, bool truncate)
{
	(void)truncate;
	return xstrdup(((const ImageRow *)row)->digest);
}

static char *text_created_since(const void *row, bool truncate)
{
	const ImageRow *r = row;
	char *text = time_ago_text(r->image->created, r->now);

	(void)truncate;
	if (*text)
		return text;
	free(text);
	return xstrdup("N/A");
}

static char *text_created_at(const void *row, bool truncate)
{
	const char *created = ((const ImageRow *)row)->image->created;
	int64_t t;

	(void)truncate;
	if (str_empty(created) || timestamp_parse(created, &t) < 0 || t == INT64_MIN)
		return xstrdup("N/A");
	return timestamp_text_go(t);
}

static char *text_size(const void *row, bool truncate)
{
	(void)truncate;
	return human_size_precision((double)((const ImageRow *)row)->image->size, SIZE_DIGITS);
}

/* What Docker computes for `system df` only. */
static char *text_not_available(const void *row, bool truncate)
{
	(void)row;
	(void)truncate;
	return xstrdup("N/A");
}

/* clang-format off */
static const Column columns[] = {
	{ "REPOSITORY", "Repository", true, text_repository },
	{ "TAG", "Tag", true, text_tag },
	{ "DIGEST", "Digest", false, text_digest },
	{ "IMAGE ID", "ID", true, text_id },
	{ "CREATED", "CreatedSince", true, text_created_since },
	{ "CREATED AT", "CreatedAt", false, text_created_at },
	{ "SIZE", "Size", true, text_size },
	{ "CONTAINERS", "Containers", false, text_not_available },
	{ "SHARED SIZE", "SharedSize", false, text_not_available },
	{ "UNIQUE SIZE", "UniqueSize", false, text_not_available },
	{ .key = NULL },
};
/* clang-format on */

static int print_rows(const ImagesOptions *o, const char *format, const ImageRows *rows,
		      Error **err)
{
	static const char *const with_digests[] = {
		"Repository", "Tag", "Digest", "ID", "CreatedSince", "Size", NULL,
	};
	ColumnsOptions how = {
		.format = o->quiet ? "{{.ID}}" : format,
		.no_trunc = o->no_trunc,
		.keys = o->digests ? with_digests : NULL,
	};
	cleanup_free const void **pointers = xnew0(const void *, rows->n + 1);

	for (size_t i = 0; i < rows->n; i++)
		pointers[i] = &rows->rows[i];
	return columns_print(columns, &how, pointers, rows->n, err);
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	cleanup(image_filter_clear) ImageFilter filter = { 0 };
	cleanup(image_rows_clear) ImageRows rows = { 0 };
	cleanup_client_config ClientConfig config = { 0 };
	const ImagesOptions *o = opts;
	const char *format = o->format;
	Image **images = NULL;
	size_t n = 0;
	int r = engine_open(cli, &engine, err);

	if (r >= 0)
		r = image_filter_parse(o->filters, operands[0], &filter, err);
	if (r >= 0)
		r = image_list(engine.rt->store, &images, &n, err);
	if (r < 0)
		return r;
	if (o->quiet && !str_empty(format))
		fputs("WARNING: " FORMAT_IGNORED "\n", stderr);
	if (str_empty(format) && !o->quiet) {
		client_config_read(cli, &config);
		format = config.images_format;
	}
	for (size_t i = 0; i < n; i++)
		image_rows_add(&rows, images[i], &filter, o->digests);
	r = print_rows(o, format, &rows, err);
	for (size_t i = 0; i < n; i++)
		image_free(images[i]);
	free(images);
	return r;
}

const Command command_images = {
	.name = "images",
	.aliases = "image ls, image list, images",
	.usage = "images [OPTIONS] [REPOSITORY[:TAG]]",
	.summary = "List images",
	.flags = COMMAND_COMMON,
	.max_args = 1,
	.options = options,
	.options_size = sizeof(ImagesOptions),
	.clear = clear,
	.run = run,
};

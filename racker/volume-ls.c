/* volume ls. */
#include "libcommon/alloc.h"
#include "libcommon/cli/columns.h"
#include "libcommon/str.h"
#include "librunner/volume.h"
#include "racker/client-config.h"
#include "racker/commands.h"
#include "racker/engine.h"
#include "racker/format.h"
#include "racker/volume.h"

typedef struct LsOptions {
	char **filters;
	char *format;
	bool quiet;
} LsOptions;

/* clang-format off */
static const Flag options[] = {
	FLAG_REFUSED("cluster", 0, NULL, VOLUME_NO_CLUSTER),
	FLAG_CALL("filter", 'f', "filter", parse_filter,
		  "Provide filter values (e.g. \"dangling=true\")", .offset = offsetof(LsOptions, filters)),
	FLAG_STRING(LsOptions, "format", 0, format, FORMAT_HELP),
	FLAG_BOOL(LsOptions, "quiet", 'q', quiet, "Only display volume names"),
	FLAG_END,
};
/* clang-format on */

static void clear(void *opts)
{
	LsOptions *o = opts;

	o->filters = strv_free(o->filters);
}

static char *text_name(const void *row, bool truncate)
{
	(void)truncate;
	return xstrdup(((const Volume *)row)->name);
}

static char *text_driver(const void *row, bool truncate)
{
	(void)truncate;
	return xstrdup(((const Volume *)row)->driver);
}

static char *text_labels(const void *row, bool truncate)
{
	char *text = strv_join(((const Volume *)row)->labels, ",");

	(void)truncate;
	return text ? text : xstrdup("");
}

static char *text_mountpoint(const void *row, bool truncate)
{
	(void)truncate;
	return xstrdup(((const Volume *)row)->mountpoint);
}

static char *text_scope(const void *row, bool truncate)
{
	(void)row;
	(void)truncate;
	return xstrdup("local");
}

/* What Docker computes for `system df` only, and what a cluster has. */
static char *text_not_available(const void *row, bool truncate)
{
	(void)row;
	(void)truncate;
	return xstrdup("N/A");
}

/* clang-format off */
static const Column columns[] = {
	{ "DRIVER", "Driver", true, text_driver },
	{ "VOLUME NAME", "Name", true, text_name },
	{ "AVAILABILITY", "Availability", false, text_not_available },
	{ "GROUP", "Group", false, text_not_available },
	{ "LABELS", "Labels", false, text_labels },
	{ "LINKS", "Links", false, text_not_available },
	{ "MOUNTPOINT", "Mountpoint", false, text_mountpoint },
	{ "SCOPE", "Scope", false, text_scope },
	{ "SIZE", "Size", false, text_not_available },
	{ "STATUS", "Status", false, text_not_available },
	{ .key = NULL },
};
/* clang-format on */

static int print_rows(const LsOptions *o, const char *format, Volume *const *list, size_t n,
		      Error **err)
{
	ColumnsOptions how = { .format = format };

	if (o->quiet && str_empty(o->format))
		how.format = "{{.Name}}";
	return columns_print(columns, &how, (const void *const *)list, n, err);
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	cleanup_client_config ClientConfig config = { 0 };
	const LsOptions *o = opts;
	const char *format = o->format;
	Volume **list = NULL;
	size_t n = 0;
	int r = engine_open(cli, &engine, err);

	(void)operands;
	if (r < 0)
		return r;
	if (str_empty(format) && !o->quiet) {
		client_config_read(cli, &config);
		format = config.volumes_format;
	}
	r = volume_list(engine.rt, o->filters, &list, &n, err);
	if (r < 0)
		return r;
	r = print_rows(o, format, list, n, err);
	volume_list_free(list, n);
	return r;
}

const Command command_volume_ls = {
	.name = "ls",
	.aliases = "volume ls, volume list",
	.usage = "ls [OPTIONS]",
	.summary = "List volumes",
	.options = options,
	.options_size = sizeof(LsOptions),
	.clear = clear,
	.run = run,
};

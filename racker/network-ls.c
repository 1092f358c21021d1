/* network ls. */
#include "libcommon/alloc.h"
#include "libcommon/cli/columns.h"
#include "libcommon/str.h"
#include "libcommon/timestamp.h"
#include "racker/client-config.h"
#include "racker/commands.h"
#include "racker/engine.h"
#include "racker/format.h"
#include "racker/network.h"

#define SHORT_ID 12

typedef struct LsOptions {
	char **filters;
	char *format;
	bool no_trunc, quiet;
} LsOptions;

/* clang-format off */
static const Flag options[] = {
	FLAG_CALL("filter", 'f', "filter", parse_filter,
		  "Provide filter values (e.g. \"driver=bridge\")", .offset = offsetof(LsOptions, filters)),
	FLAG_STRING(LsOptions, "format", 0, format, FORMAT_HELP),
	FLAG_BOOL(LsOptions, "no-trunc", 0, no_trunc, "Do not truncate the output"),
	FLAG_BOOL(LsOptions, "quiet", 'q', quiet, "Only display network IDs"),
	FLAG_END,
};
/* clang-format on */

static void clear(void *opts)
{
	LsOptions *o = opts;

	o->filters = strv_free(o->filters);
}

#define TEXT(name, expression)                                   \
	static char *text_##name(const void *row, bool truncate) \
	{                                                        \
		const Network *n = row;                          \
                                                                 \
		(void)truncate;                                  \
		return (expression);                             \
	}
TEXT(name, xstrdup(n->name))
TEXT(driver, xstrdup(n->driver))
TEXT(scope, xstrdup(n->scope))
TEXT(ipv4, xstrdup(n->ipam.n_config ? "true" : "false"))
TEXT(ipv6, xstrdup(n->enable_ipv6 ? "true" : "false"))
TEXT(internal, xstrdup(n->internal ? "true" : "false"))

static char *text_id(const void *row, bool truncate)
{
	const Network *n = row;

	return truncate ? xstrndup(n->id, SHORT_ID) : xstrdup(n->id);
}

static char *text_created(const void *row, bool truncate)
{
	const Network *n = row;
	int64_t when = 0;

	(void)truncate;
	return timestamp_parse(n->created, &when) < 0 ? xstrdup(n->created)
						      : timestamp_text_go(when);
}

static char *text_labels(const void *row, bool truncate)
{
	char *text = strv_join(((const Network *)row)->labels, ",");

	(void)truncate;
	return text ? text : xstrdup("");
}

/* clang-format off */
static const Column columns[] = {
	{ "NETWORK ID", "ID", true, text_id },
	{ "NAME", "Name", true, text_name },
	{ "DRIVER", "Driver", true, text_driver },
	{ "SCOPE", "Scope", true, text_scope },
	{ "CREATED AT", "CreatedAt", false, text_created },
	{ "IPV4", "IPv4", false, text_ipv4 },
	{ "IPV6", "IPv6", false, text_ipv6 },
	{ "INTERNAL", "Internal", false, text_internal },
	{ "LABELS", "Labels", false, text_labels },
	{ .key = NULL },
};
/* clang-format on */

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	cleanup_client_config ClientConfig config = { 0 };
	const LsOptions *o = opts;
	ColumnsOptions how = { .format = o->format, .no_trunc = o->no_trunc };
	Network **list = NULL;
	size_t n = 0;
	int r = engine_open(cli, &engine, err);

	(void)operands;
	if (r < 0)
		return r;
	if (str_empty(o->format) && !o->quiet) {
		client_config_read(cli, &config);
		how.format = config.networks_format;
	}
	if (o->quiet && str_empty(o->format))
		how.format = "{{.ID}}";
	r = network_list(engine.rt, o->filters, &list, &n, err);
	if (r >= 0)
		r = columns_print(columns, &how, (const void *const *)list, n, err);
	network_list_free(list, n);
	return r;
}

const Command command_network_ls = {
	.name = "ls",
	.aliases = "network ls, network list",
	.usage = "ls [OPTIONS]",
	.summary = "List networks",
	.options = options,
	.options_size = sizeof(LsOptions),
	.clear = clear,
	.run = run,
};

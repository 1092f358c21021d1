#include "racker/ps-columns.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libcommon/timestamp.h"
#include "libcommon/units.h"
#include "librunner/addresses.h"
#include "librunner/container-size.h"
#include "librunner/container-text.h"
#include "librunner/published.h"

#define SHORT_ID 12
#define COMMAND_WIDTH 20
#define MOUNT_WIDTH 15
#define SIZE_DIGITS 3

void ps_row_measure(PsRow *row)
{
	cleanup_container Container *c = NULL;

	if (row->size_root == 0 && container_find(row->rt, row->c->id, &c, NULL) >= 0)
		container_size(row->rt, c, &row->size_rw, &row->size_root);
}

static char *text_id(const void *row, bool truncate)
{
	const PsRow *r = row;

	return truncate ? xstrndup(r->c->id, SHORT_ID) : xstrdup(r->c->id);
}

static char *text_image(const void *row, bool truncate)
{
	(void)truncate;
	return xstrdup(((const PsRow *)row)->image);
}

static char *text_command(const void *row, bool truncate)
{
	cleanup_free char *whole = container_command_text(((const PsRow *)row)->c);
	cleanup_free char *shown = truncate ? text_truncate(whole, COMMAND_WIDTH) : steal(&whole);

	return str_quote(shown);
}

static char *text_created_at(const void *row, bool truncate)
{
	const PsRow *r = row;
	int64_t t;

	(void)truncate;
	return timestamp_parse(r->c->created, &t) < 0 ? xstrdup("") : timestamp_text_go(t);
}

static char *text_running_for(const void *row, bool truncate)
{
	const PsRow *r = row;

	(void)truncate;
	return time_ago_text(r->c->created, r->now);
}

static char *text_status(const void *row, bool truncate)
{
	const PsRow *r = row;

	(void)truncate;
	return container_status_text(r->c, r->now);
}

static char *text_state(const void *row, bool truncate)
{
	(void)truncate;
	return xstrdup(((const PsRow *)row)->c->state.status);
}

static char *text_ports(const void *row, bool truncate)
{
	cleanup_published Published ports = { 0 };

	(void)truncate;
	published_ports(((const PsRow *)row)->c, &ports);
	return published_text(&ports);
}

static char *text_names(const void *row, bool truncate)
{
	(void)truncate;
	return xstrdup(((const PsRow *)row)->c->name);
}

static char *text_labels(const void *row, bool truncate)
{
	char *joined = strv_join(((const PsRow *)row)->c->config.labels, ",");

	(void)truncate;
	return joined ? joined : xstrdup("");
}

static char *text_networks(const void *row, bool truncate)
{
	const Container *c = ((const PsRow *)row)->c;
	cleanup_strv char **names = NULL;

	(void)truncate;
	for (size_t i = 0; i < c->networking.n_endpoints; i++)
		strv_add(&names, c->networking.endpoints[i].network);
	return names ? strv_join(names, ",") : xstrdup(c->host.network_mode);
}

static void add_source(char ***sources, const char *source, bool truncate)
{
	const char *text = source ? source : "";

	strv_push(sources, truncate ? text_truncate(text, MOUNT_WIDTH) : xstrdup(text));
}

static char *text_mounts(const void *row, bool truncate)
{
	const Container *c = ((const PsRow *)row)->c;
	cleanup_strv char **sources = NULL;
	char *joined;

	STRV_FOREACH(it, c->host.binds) {
		cleanup_free char *source = xstrndup(*it, strcspn(*it, ":"));

		if (*source == '/')
			add_source(&sources, source, truncate);
	}
	for (size_t i = 0; i < c->host.n_mounts; i++)
		if (!streq_null(c->host.mounts[i].type, "volume"))
			add_source(&sources, c->host.mounts[i].source, truncate);
	for (size_t i = 0; i < c->racker.n_volumes; i++)
		add_source(&sources, c->racker.volumes[i].name, truncate);
	joined = strv_join(sources, ",");
	return joined ? joined : xstrdup("");
}

static char *text_local_volumes(const void *row, bool truncate)
{
	(void)truncate;
	return xasprintf("%zu", ((const PsRow *)row)->c->racker.n_volumes);
}

static char *text_platform(const void *row, bool truncate)
{
	(void)row;
	(void)truncate;
	return NULL;
}

static char *text_addresses(const void *row, bool truncate)
{
	cleanup_strv char **list = container_addresses(((const PsRow *)row)->c);
	char *joined = strv_join(list, ",");

	(void)truncate;
	return joined ? joined : xstrdup("");
}

static char *text_size(const void *row, bool truncate)
{
	PsRow r = *(const PsRow *)row;
	cleanup_free char *own = NULL, *whole = NULL;

	(void)truncate;
	if (!r.size)
		return xstrdup("0B");
	ps_row_measure(&r);
	own = human_size_precision((double)r.size_rw, SIZE_DIGITS);
	whole = human_size_precision((double)r.size_root, SIZE_DIGITS);
	return r.size_root > 0 ? xasprintf("%s (virtual %s)", own, whole) : steal(&own);
}

/* clang-format off */
const Column ps_columns[] = {
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
	{ "SIZE", "Size", false, text_size },
	{ "LOCAL VOLUMES", "LocalVolumes", false, text_local_volumes },
	{ "PLATFORM", "Platform", false, text_platform },
	{ "ADDRESSES", "Addresses", false, text_addresses },
	{ .key = NULL },
};
/* clang-format on */

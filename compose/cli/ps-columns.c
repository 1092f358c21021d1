#include "compose/cli/ps-columns.h"

#include "compose/labels.h"
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libcommon/timestamp.h"
#include "librunner/container-state.h"
#include "librunner/container-text.h"
#include "librunner/published.h"

#define SHORT_ID 12
#define COMMAND_WIDTH 20
#define MOUNT_WIDTH 15

#define CELL(name, expression)                                   \
	static char *text_##name(const void *row, bool truncate) \
	{                                                        \
		const PsRow *r = row;                            \
		(void)truncate;                                  \
		return expression;                               \
	}

char *ports_text(const Container *c)
{
	cleanup_published Published published = { 0 };

	published_ports(c, &published);
	return published_text(&published);
}

static char *text_id(const void *row, bool truncate)
{
	const PsRow *r = row;

	return truncate ? xstrndup(r->c->id, SHORT_ID) : xstrdup(r->c->id);
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

static char *text_labels(const void *row, bool truncate)
{
	char *joined = strv_join(((const PsRow *)row)->c->config.labels, ",");

	(void)truncate;
	return joined ? joined : xstrdup("");
}

static char *text_networks(const void *row, bool truncate)
{
	const Container *c = ((const PsRow *)row)->c;
	Strbuf b = STRBUF_INIT;

	(void)truncate;
	for (size_t i = 0; i < c->networking.n_endpoints; i++)
		strbuf_addf(&b, "%s%s", i ? "," : "", c->networking.endpoints[i].network);
	if (!c->networking.n_endpoints)
		strbuf_adds(&b, c->host.network_mode ? c->host.network_mode : "");
	return strbuf_steal(&b);
}

static char *text_mounts(const void *row, bool truncate)
{
	const Container *c = ((const PsRow *)row)->c;
	cleanup_strv char **sources = NULL;
	char *joined;

	for (size_t i = 0; i < c->racker.n_volumes; i++)
		strv_add(&sources, c->racker.volumes[i].name);
	STRV_FOREACH(it, c->host.binds)
		if (**it == '/')
			strv_push(&sources, xstrndup(*it, strcspn(*it, ":")));
	for (char **it = sources; it && *it && truncate; it++) {
		char *whole = *it;

		*it = text_truncate(whole, MOUNT_WIDTH);
		free(whole);
	}
	joined = strv_join(sources, ",");
	return joined ? joined : xstrdup("");
}

static char *health_of(const Container *c)
{
	const HealthState *h = c->state.health;

	return xstrdup(!container_status_is_alive(c->state.status) || !h || !h->status ||
				       streq(h->status, "none")
			       ? ""
			       : h->status);
}

CELL(name, xstrdup(r->c->name))
CELL(image, xstrdup(r->c->config.image ? r->c->config.image : ""))
CELL(service, xstrdup(container_label(r->c, LABEL_SERVICE)))
CELL(project, xstrdup(container_label(r->c, LABEL_PROJECT)))
CELL(running_for, time_ago_text(r->c->created, r->now))
CELL(status, container_status_text(r->c, r->now))
CELL(state, xstrdup(r->c->state.status))
CELL(ports, ports_text(r->c))
CELL(health, health_of(r->c))
CELL(exit_code, xasprintf("%lld", (long long)r->c->state.exit_code))
CELL(size, (r ? xstrdup("0B") : NULL))
CELL(local_volumes, xasprintf("%zu", r->c->racker.n_volumes))

/* clang-format off */
const Column compose_ps_columns[] = {
	{ "NAME", "Name", true, text_name },
	{ "IMAGE", "Image", true, text_image },
	{ "COMMAND", "Command", true, text_command },
	{ "SERVICE", "Service", true, text_service },
	{ "CREATED", "RunningFor", true, text_running_for },
	{ "STATUS", "Status", true, text_status },
	{ "PORTS", "Ports", true, text_ports },
	{ "CONTAINER ID", "ID", false, text_id },
	{ "NAMES", "Names", false, text_name },
	{ "PROJECT", "Project", false, text_project },
	{ "CREATED AT", "CreatedAt", false, text_created_at },
	{ "STATE", "State", false, text_state },
	{ "HEALTH", "Health", false, text_health },
	{ "EXIT CODE", "ExitCode", false, text_exit_code },
	{ "LABELS", "Labels", false, text_labels },
	{ "MOUNTS", "Mounts", false, text_mounts },
	{ "NETWORKS", "Networks", false, text_networks },
	{ "LOCAL VOLUMES", "LocalVolumes", false, text_local_volumes },
	{ "SIZE", "Size", false, text_size },
	{ .key = NULL },
};

const char *const compose_ps_keys[] = {
	"Name", "Image", "Command", "Service", "RunningFor", "Status", "Ports", NULL,
};

/* In the order of Compose's JSON. */
static const char *const json_keys[] = {
	"Command", "CreatedAt", "ExitCode", "Health", "ID", "Image", "Labels", "LocalVolumes",
	"Mounts", "Name", "Names", "Networks", "Ports", "Project", "Publishers", "RunningFor",
	"Service", "Size", "State", "Status", NULL,
};
/* clang-format on */

static json_t *publishers(const Container *c)
{
	cleanup_published Published published = { 0 };
	json_t *list = NULL;

	published_ports(c, &published);
	for (size_t i = 0; i < published.n; i++) {
		const PublishedPort *p = &published.rows[i];

		if (!list)
			list = json_array();
		(void)json_array_append_new(list, json_pack("{s:s, s:i, s:i, s:s}", "URL",
							    p->host_ip ? p->host_ip : "",
							    "TargetPort", p->port, "PublishedPort",
							    p->host_port, "Protocol", p->protocol));
	}
	return list ? list : json_null();
}

static const Column *column_of(const char *key)
{
	for (const Column *c = compose_ps_columns; c->key; c++)
		if (streq(c->key, key))
			return c;
	return NULL;
}

json_t *ps_row_json(const PsRow *row)
{
	json_t *object = json_object();

	for (const char *const *key = json_keys; *key; key++) {
		const Column *column = column_of(*key);
		cleanup_free char *text = column ? column->text(row, true) : NULL;
		json_t *value = text ? json_string_lossy(text, strlen(text)) : publishers(row->c);

		if (streq(*key, "ExitCode")) {
			json_decref(value);
			value = json_integer(row->c->state.exit_code);
		}
		(void)json_object_set_new(object, *key, value);
	}
	return object;
}

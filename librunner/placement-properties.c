#include "librunner/placement-properties.h"

#include <ctype.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/unit-properties.h"

#define DEFAULT_SLICE "machine.slice"
#define DEFAULT_STOP_SEC 10
/* For the power-off behind the stop timeout, and for what is written when nothing runs any more. */
#define STOP_GRACE_SEC 20
#define USEC_PER_SEC UINT64_C(1000000)

extern char **environ;

/* Anybody can read a unit's environment, so only what the monitor itself looks at is in there. */
static bool is_passed_on(const char *variable)
{
	static const char *const names[] = { "PATH=", "HOME=", "LANG=", "LC_", "TZ=", "RACKER_" };
	bool ours = false;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		ours = ours || startswith(variable, names[i]);
	for (const char *p = variable; *p && ours; p++)
		ours = isascii(*p) && isprint((unsigned char)*p);
	return ours;
}

static int append_environment(sd_bus_message *m)
{
	char **list = NULL;
	int r;

	STRV_FOREACH(e, environ)
		if (is_passed_on(*e))
			strv_add(&list, *e);
	r = sd_bus_message_open_container(m, 'r', "sv");
	if (r >= 0)
		r = sd_bus_message_append(m, "s", "Environment");
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'v', "as");
	if (r >= 0)
		r = sd_bus_message_append_strv(m, list);
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	strv_free(list);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

/* `$` in a path is a `$`. */
static char **without_variables(char *const *argv)
{
	char **list = NULL;

	STRV_FOREACH(arg, argv) {
		cleanup_strbuf Strbuf b = STRBUF_INIT;

		for (const char *p = *arg; *p; p++)
			strbuf_addf(&b, *p == '$' ? "$%c" : "%c", *p);
		strv_add(&list, b.data ? b.data : "");
	}
	return list;
}

/* Not ExecStartEx, with which systemd need not be told of variables: until 254 it writes a unit
 * file with it that it cannot read at the next daemon-reload. */
static int append_command(sd_bus_message *m, char *const *argv)
{
	cleanup_strv char **list = without_variables(argv);
	int r = sd_bus_message_open_container(m, 'r', "sv");

	if (r >= 0)
		r = sd_bus_message_append(m, "s", "ExecStart");
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'v', "a(sasb)");
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'a', "(sasb)");
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'r', "sasb");
	if (r >= 0)
		r = sd_bus_message_append(m, "s", argv[0]);
	if (r >= 0)
		r = sd_bus_message_append_strv(m, list);
	if (r >= 0)
		r = sd_bus_message_append(m, "b", 0);
	for (int depth = 0; r >= 0 && depth < 4; depth++)
		r = sd_bus_message_close_container(m);
	return r;
}

static int append_devices(sd_bus_message *m, const UnitProperty *list, size_t n)
{
	int r = sd_bus_message_open_container(m, 'v', "a(st)");

	if (r >= 0)
		r = sd_bus_message_open_container(m, 'a', "(st)");
	for (size_t i = 0; i < n && r >= 0; i++)
		r = sd_bus_message_append(m, "(st)", list[i].device, list[i].number);
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_set(sd_bus_message *m, const UnitProperty *p)
{
	int r = sd_bus_message_open_container(m, 'v', "ay");

	if (r >= 0)
		r = sd_bus_message_append_array(m, 'y', p->set, p->n_set);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_limit(sd_bus_message *m, const UnitProperty *list, size_t n)
{
	int r = sd_bus_message_open_container(m, 'r', "sv");

	if (r >= 0)
		r = sd_bus_message_append(m, "s", list->name);
	if (r >= 0 && list->kind == UNIT_PROPERTY_NUMBER)
		r = sd_bus_message_append(m, "v", "t", list->number);
	else if (r >= 0 && list->kind == UNIT_PROPERTY_SET)
		r = append_set(m, list);
	else if (r >= 0)
		r = append_devices(m, list, n);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

int placement_append_limits(sd_bus_message *m, const HostConfig *h, bool all)
{
	UnitProperty *list = NULL;
	size_t n = all ? unit_properties_all(h, &list) : unit_properties(h, &list);
	int r = 0;

	for (size_t i = 0, same = 1; i < n && r >= 0; i += same) {
		for (same = 1; i + same < n && streq(list[i].name, list[i + same].name);)
			same++;
		r = append_limit(m, list + i, same);
	}
	unit_properties_free(list, n);
	return r;
}

int placement_append_properties(sd_bus_message *m, const PlacementSpec *s, int carrier)
{
	const Container *c = s->container;
	const char *slice =
		str_empty(c->host.cgroup_parent) ? DEFAULT_SLICE : c->host.cgroup_parent;
	int64_t stop = c->config.stop_timeout < 0 ? DEFAULT_STOP_SEC : c->config.stop_timeout;
	cleanup_free char *description = xasprintf("Racker container %s", c->name);
	/* A payload that the kernel kills for its memory is the container's business. The service
	 * stops before what it needs does. */
	int r = sd_bus_message_append(
		m, "(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)", "Description", "s",
		description, "Slice", "s", slice, "Delegate", "b", 1, "KillMode", "s", "mixed",
		"OOMPolicy", "s", "continue", "CollectMode", "s", "inactive-or-failed",
		"TimeoutStopUSec", "t", ((uint64_t)stop + STOP_GRACE_SEC) * USEC_PER_SEC,
		"StandardInputFileDescriptor", "h", carrier, "StandardOutput", "s", "null",
		"StandardError", "s", "null", "RequiresMountsFor", "as", 1, s->root, "After", "as",
		2, "network.target", "remote-fs.target", "TasksMax", "t", UINT64_MAX);

	if (r >= 0)
		r = append_command(m, s->argv);
	if (r >= 0)
		r = append_environment(m);
	return r < 0 ? r : placement_append_limits(m, &c->host, false);
}

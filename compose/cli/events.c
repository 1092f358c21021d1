#include "compose/cli/cli.h"

#include <time.h>

#include "compose/labels.h"
#include "libcommon/alloc.h"
#include "libcommon/json.h"
#include "libcommon/str.h"
#include "libcommon/timestamp.h"
#include "librunner/events.h"

typedef struct EventsFlags {
	bool json, dry_run;
} EventsFlags;

/* clang-format off */
static const Flag options[] = {
	FLAG_BOOL(EventsFlags, "json", 0, json, "Output events as a stream of json objects"),
	COMPOSE_DRY_RUN(EventsFlags),
	FLAG_END,
};
/* clang-format on */

typedef struct Show {
	const char *project;
	char *const *services;
	bool json;
} Show;

/* What an event is about, without what Compose has added itself. */
static char **own_attributes(const Event *e)
{
	char **list = NULL;

	STRV_FOREACH(it, e->attributes)
		if (!startswith(*it, "com.docker.compose."))
			strv_add(&list, *it);
	return list;
}

static void print_json(const Event *e, char *const *attributes, const char *service)
{
	cleanup_json json_t *object = json_object(), *map = json_object();
	cleanup_free char *time = timestamp_text(e->time_nano), *text = NULL;

	STRV_FOREACH(it, attributes) {
		cleanup_free char *name = xstrndup(*it, strcspn(*it, "="));
		const char *value = *it + strlen(name) + 1;

		(void)json_object_set_new(map, name, json_string_lossy(value, strlen(value)));
	}
	(void)json_object_set_new(object, "action", json_string(e->action));
	(void)json_object_set(object, "attributes", map);
	(void)json_object_set_new(object, "id", json_string(e->id));
	(void)json_object_set_new(object, "service", json_string(service));
	(void)json_object_set_new(object, "time", json_string(time));
	(void)json_object_set_new(object, "type", json_string(e->type));
	text = json_text(object);
	puts(text);
}

static void print_text(const Event *e, char *const *attributes)
{
	cleanup_free char *joined = strv_join(attributes, ", ");
	time_t seconds = (time_t)(e->time_nano / 1000000000);
	char when[32];
	struct tm tm;

	(void)strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", localtime_r(&seconds, &tm));
	printf("%s.%06lld %s %s %s (%s)\n\n", when, (long long)(e->time_nano % 1000000000 / 1000),
	       e->type, e->action, e->id, joined ? joined : "");
}

static int show_event(const Event *e, void *userdata, Error **err)
{
	const Show *show = userdata;
	const char *service = env_get(e->attributes, LABEL_SERVICE);
	const char *oneoff = env_get(e->attributes, LABEL_ONEOFF);
	cleanup_strv char **attributes = own_attributes(e);

	(void)err;
	if ((oneoff && streq(oneoff, "True")) || !service)
		return 0;
	if (*show->services && !strv_contains(show->services, service))
		return 0;
	if (show->json)
		print_json(e, attributes, service);
	else
		print_text(e, attributes);
	(void)fflush(stdout);
	return 0;
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	const EventsFlags *o = opts;
	cleanup_compose_cli ComposeCli c = { 0 };
	cleanup_free char *label = NULL;
	Show show = { .services = operands, .json = o->json };
	int r = compose_cli_open(&c, cli, o->dry_run, OPEN_NAME, "Running", NULL, err);

	if (r < 0)
		return r;
	label = xasprintf("label=" LABEL_PROJECT "=%s", c.project.name);
	return events_read(c.rt,
			   &(EventsOptions){
				   .filters = (char *[]){ (char *)"type=container", label, NULL } },
			   show_event, &show, err);
}

const Command command_compose_events = {
	.name = "events",
	.usage = "events [OPTIONS] [SERVICE...]",
	.summary = "Receive real time events from containers",
	.min_args = 0,
	.max_args = -1,
	.options = options,
	.options_size = sizeof(EventsFlags),
	.run = run,
};

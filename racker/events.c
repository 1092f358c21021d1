#include "librunner/events.h"

#include <stdio.h>

#include "libcommon/alloc.h"
#include "libcommon/cli/template.h"
#include "libcommon/str.h"
#include "racker/commands.h"
#include "racker/engine.h"
#include "racker/format.h"

/* Docker's, for a template that cannot be parsed. */
#define STATUS_FORMAT 64

typedef struct EventsCommandOptions {
	char **filters;
	char *format, *since, *until;
} EventsCommandOptions;

static const Flag options[] = {
	FLAG_CALL("filter", 'f', "filter", parse_filter,
		  "Filter output based on conditions provided",
		  .offset = offsetof(EventsCommandOptions, filters)),
	FLAG_STRING(EventsCommandOptions, "format", 0, format, FORMAT_HELP_DATA),
	FLAG_STRING(EventsCommandOptions, "since", 0, since,
		    "Show all events created since timestamp"),
	FLAG_STRING(EventsCommandOptions, "until", 0, until, "Stream events until this timestamp"),
	FLAG_END,
};

static void clear(void *opts)
{
	EventsCommandOptions *o = opts;

	o->filters = strv_free(o->filters);
}

typedef struct Printer {
	bool json;
	Template *template; /* NULL: the line of text */
} Printer;

static json_t *string_member(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	return value ? json_incref(value) : json_string("");
}

/* The fields as Docker's templates name them. */
static json_t *template_data(const Event *e)
{
	cleanup_json json_t *object = event_json(e);

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:O, s:o, s:O, s:O}", "Status",
			 string_member(object, "status"), "ID", string_member(object, "id"), "From",
			 string_member(object, "from"), "Type", string_member(object, "Type"),
			 "Action", string_member(object, "Action"), "Actor",
			 json_object_get(object, "Actor"), "Scope", string_member(object, "scope"),
			 "Time", json_object_get(object, "time"), "TimeNano",
			 json_object_get(object, "timeNano"));
}

static char *event_shown(const Event *e, const Printer *p, Error **err)
{
	cleanup_json json_t *data = NULL;
	cleanup_strbuf Strbuf out = STRBUF_INIT;
	cleanup_free char *text = NULL;

	if (p->json) {
		data = event_json(e);
		return json_text(data);
	}
	if (!p->template) {
		text = event_text(e);
		return str_printable(text);
	}
	data = template_data(e);
	return template_execute(p->template, data, 0, &out, err) < 0 ? NULL : strbuf_steal(&out);
}

static int print_event(const Event *e, void *userdata, Error **err)
{
	cleanup_free char *text = event_shown(e, userdata, err);

	if (!text)
		return -EINVAL;
	if (puts(text) < 0 || fflush(stdout) < 0)
		return error_errno(err, errno, "write an event");
	return 0;
}

/* Tries the template on an event without attributes, so that a wrong field is told at once. */
static int parse_format(const char *format, Printer *p, Error **err)
{
	char id[65];
	Event sample = { .type = (char *)"container",
			 .action = (char *)"start",
			 .id = id,
			 .scope = (char *)"local" };
	cleanup_free char *text = NULL;
	int r;

	p->json = streq(format, "json");
	if (p->json || str_empty(format))
		return 0;
	memset(id, '0', sizeof(id) - 1);
	id[sizeof(id) - 1] = '\0';
	r = template_parse(format, &p->template, err);
	if (r < 0)
		return r;
	text = event_shown(&sample, p, err);
	return text ? 0 : -EINVAL;
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	cleanup_error Error *wrong = NULL;
	const EventsCommandOptions *o = opts;
	const EventsOptions events = { .since = o->since,
				       .until = o->until,
				       .filters = o->filters };
	Printer p = { 0 };
	int r;

	(void)operands;
	if (parse_format(o->format ? o->format : "", &p, &wrong) < 0) {
		fprintf(stderr, "Error parsing format: %s\n", wrong->msg);
		template_free(p.template);
		return STATUS_FORMAT;
	}
	r = engine_open(cli, &engine, err);
	if (r >= 0)
		r = events_read(engine.rt, &events, print_event, &p, err);
	template_free(p.template);
	return r;
}

const Command command_events = {
	.name = "events",
	.aliases = "system events, events",
	.usage = "events [OPTIONS]",
	.summary = "Get real time events from the server",
	.options = options,
	.options_size = sizeof(EventsCommandOptions),
	.clear = clear,
	.run = run,
};

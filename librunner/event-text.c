/* One event: decoding, and what is shown of it. */
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libcommon/timestamp.h"
#include "librunner/events-internal.h"

typedef struct Actor {
	char *id;
	char **attributes;
} Actor;

typedef struct RawEvent {
	char *type, *action, *scope;
	Actor actor;
	int64_t time, time_nano;
} RawEvent;

/* clang-format off */
static const JsonField actor_fields[] = {
	JSON_STRING(Actor, "ID", id, JSON_REQUIRED),
	JSON_ENV(Actor, "Attributes", attributes, 0),
	JSON_END
};
static const JsonType actor_type = { "Actor", sizeof(Actor), actor_fields };

static const JsonField event_fields[] = {
	JSON_STRING(RawEvent, "Type", type, JSON_REQUIRED),
	JSON_STRING(RawEvent, "Action", action, JSON_REQUIRED),
	JSON_OBJECT(RawEvent, "Actor", actor, &actor_type, JSON_REQUIRED),
	JSON_STRING(RawEvent, "scope", scope, JSON_REQUIRED),
	JSON_INT(RawEvent, "time", time, JSON_REQUIRED),
	JSON_INT(RawEvent, "timeNano", time_nano, JSON_REQUIRED),
	JSON_END
};
static const JsonType event_type = { "event", sizeof(RawEvent), event_fields };
/* clang-format on */

static int parse(const char *text, size_t n, RawEvent *raw)
{
	cleanup_json json_t *value = NULL;
	int r = json_parse(text, n, "event", &value, NULL);

	return r < 0 ? r : json_decode(value, &event_type, raw, NULL);
}

int event_parse(const char *text, size_t n, Event *ret)
{
	RawEvent raw = { 0 };

	if (parse(text, n, &raw) < 0) {
		json_clear(&event_type, &raw);
		return -EINVAL;
	}
	*ret = (Event){ .type = raw.type,
			.action = raw.action,
			.id = raw.actor.id,
			.scope = raw.scope,
			.attributes = raw.actor.attributes,
			.time = raw.time,
			.time_nano = raw.time_nano };
	return 0;
}

void event_clear(Event *e)
{
	free(e->type);
	free(e->action);
	free(e->id);
	free(e->scope);
	strv_free(e->attributes);
	*e = (Event){ 0 };
}

json_t *event_json(const Event *e)
{
	RawEvent raw = { .type = e->type,
			 .action = e->action,
			 .scope = e->scope,
			 .actor = { e->id, e->attributes },
			 .time = e->time,
			 .time_nano = e->time_nano };
	bool container = streq(e->type, "container");
	const char *image = env_get(e->attributes, "image");
	json_t *object = json_object();
	cleanup_json json_t *rest = json_encode(&event_type, &raw);

	/* What clients of Docker's first API look at stands in front. */
	if (container || streq(e->type, "image")) {
		json_object_set_new(object, "status",
				    json_string_lossy(e->action, strlen(e->action)));
		json_object_set_new(object, "id", json_string_lossy(e->id, strlen(e->id)));
	}
	if (container && !str_empty(image))
		json_object_set_new(object, "from", json_string_lossy(image, strlen(image)));
	(void)json_object_update(object, rest);
	return object;
}

char *event_text(const Event *e)
{
	cleanup_free char *when = timestamp_text(e->time_nano);
	cleanup_strbuf Strbuf b = STRBUF_INIT;
	const char *separator = " (";

	strbuf_addf(&b, "%s %s %s %s", when, e->type, e->action, e->id);
	STRV_FOREACH(it, e->attributes) {
		strbuf_addf(&b, "%s%s", separator, *it);
		separator = ", ";
	}
	if (e->attributes)
		strbuf_addc(&b, ')');
	return strbuf_steal(&b);
}

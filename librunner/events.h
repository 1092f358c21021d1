/*
 * events: what happened to containers (and later images, networks, volumes), as Docker's
 * `GET /events` tells it. Files below RACKER_ROOT (log-files.h) hold one JSON object a line, in the
 * order in which they happened; any process writes one event with one write(2) under a lock, so
 * that events of several processes never mix.
 *
 * An event that cannot be written (a full disk) never fails what it tells about.
 */
#pragma once

#include "librunner/container.h"

/* Writes one event, now. `type` is Docker's: "container", "image", "network", "volume"; `action` as
 * Docker's: "create", "start", "die", "exec_start: sh -c true" …; `id` names the actor;
 * `attributes` are NAME=value, may be NULL; long ones are cut. */
void event_write(Runtime *rt, const char *type, const char *action, const char *id,
		 char *const *attributes);

/* The same for a container: its labels, "image" and "name" are attributes, and `extra` (NAME=value,
 * may be NULL) is added: "exitCode=1" of die, "signal=15" of kill … */
void container_event(Runtime *rt, const Container *c, const char *action, char *const *extra);

/* ---- reading ---- */

typedef struct Event {
	char *type, *action, *id, *scope;
	char **attributes; /* NAME=value, sorted by name */
	int64_t time, time_nano; /* seconds, nanoseconds since 1970 */
} Event;

/* Parses one line of the file, into a struct that is zeroed. 0 or -EINVAL. */
int event_parse(const char *text, size_t n, Event *ret);
void event_clear(Event *e);
/* Docker's JSON object: `status`, `id` and `from` for containers and images, too. */
json_t *event_json(const Event *e);
/* "2026-11-22T13:48:59.021824464Z container create ID (image=x, name=y)". Caller frees. */
char *event_text(const Event *e);

typedef struct EventFilter EventFilter;
/* From `key=value` texts (NULL: everything passes). Values of one key are alternatives, keys and
 * labels must all match. The keys are Docker's: container, event, image, label, network, scope,
 * type, volume … -EINVAL for others: `invalid filter 'x'`. */
int event_filter_new(char *const *texts, EventFilter **ret, Error **err);
bool event_filter_match(const EventFilter *f, const Event *e);
EventFilter *event_filter_free(EventFilter *f);
DEFINE_CLEANUP(EventFilter, event_filter_free)
#define cleanup_event_filter cleanup(event_filter_freep)

typedef struct EventsOptions {
	const char *since, *until; /* as timestamp_parse_filter() reads them; NULL: not given */
	char *const *filters;
} EventsOptions;

/* Hands on events as they happen, until `until`; with `since` or `until` those of the past first.
 * Ends with 0, or with what `each` returned when that is negative (it sets *err). */
int events_read(Runtime *rt, const EventsOptions *o,
		int (*each)(const Event *e, void *userdata, Error **err), void *userdata,
		Error **err);

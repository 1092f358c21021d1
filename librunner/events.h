/*
 * events: what happened to containers (and later images, networks, volumes), as Docker's
 * `GET /events` tells it. An append-only file below RACKER_ROOT holds one JSON object a line, in
 * the order in which they happened; any process writes one event with one write(2), so that events
 * of several processes never mix.
 *
 * An event that cannot be written (a full disk) never fails what it tells about.
 */
#pragma once

#include "librunner/container.h"

/* Writes one event, now. `type` is Docker's: "container", "image", "network", "volume"; `action` as
 * Docker's: "create", "start", "die", "exec_start: sh -c true" …; `id` names the actor;
 * `attributes` are NAME=value, may be NULL. */
void event_write(Runtime *rt, const char *type, const char *action, const char *id,
		 char *const *attributes);

/* The same for a container: its labels, "image" and "name" are attributes, and `extra` (NAME=value,
 * may be NULL) is added: "exitCode=1" of die, "signal=15" of kill … */
void container_event(Runtime *rt, const Container *c, const char *action, char *const *extra);

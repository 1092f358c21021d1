/*
 * inspect-internal: the parts of what inspect.h makes; nobody else includes it. Callers own
 * results.
 */
#pragma once

#include "libcommon/json.h"

#include "librunner/container.h"

/* HostConfig with what the engine chose where the user chose nothing. */
json_t *inspect_host_config(const Container *c);
json_t *inspect_config(const ContainerConfig *config);
json_t *inspect_mounts(const Runtime *rt, const Container *c);
json_t *inspect_network_settings(Runtime *rt, const Container *c);
json_t *inspect_state(const ContainerState *state);
/* What is ours. */
json_t *inspect_racker(const Container *c, unsigned flags);

/* A row of a table of keys that an object lacks: `key` comes behind the key `after`, with the value
 * of the JSON text `value`. */
typedef struct InspectExtra {
	const char *after, *key, *value;
} InspectExtra;
/* Adds the keys of a table (ended by a row without key) that are not there; takes ownership of
 * `object`, which becomes a new one. */
json_t *inspect_add_keys(json_t *object, const InspectExtra *extra);

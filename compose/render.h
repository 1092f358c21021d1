/*
 * render: typed values as `config` prints them: keys in the order of schema.h's tables, what is
 * empty left out, sizes and durations as text, maps sorted. YAML and JSON differ in what they leave
 * out, as the tags of Compose's structs have it.
 */
#pragma once

#include "compose/schema.h"

typedef enum { RENDER_YAML, RENDER_JSON } RenderForm;

/* The caller owns the result. */
json_t *compose_render(const SchemaObject *object, const json_t *typed, RenderForm form);
/* A value of any kind, its mappings sorted. */
json_t *compose_render_any(const json_t *value, RenderForm form);
/* The entries of a mapping, sorted, each made by `entry` (NULL: the same values). */
json_t *compose_render_sorted(const json_t *map, RenderForm form,
			      json_t *(*entry)(const json_t *value, RenderForm form,
					       const void *data),
			      const void *data);

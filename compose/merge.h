/*
 * merge: one document over another by compose's rules per key.
 *
 * Mappings are merged, lists appended, everything else is replaced, unless the table in merge.c
 * says otherwise. What an override says with null changes nothing. Afterwards
 * compose_merge_unique() removes from lists what a later item of the same key replaces: ports,
 * volumes, variables …
 *
 * Both trees are of the raw form, that is before and after canonicalisation, and perhaps wrong;
 * what cannot be merged is an error (`cannot override services.web.ports`).
 */
#pragma once

#include "compose/position.h"
#include "libcommon/json.h"

/* Merges the members of `over` into `base`, both objects; values of `over` become part of it. */
int compose_merge(json_t *base, json_t *over, ComposePositions *positions, Error **err);
/* The same for two services, of which `base` is extended. */
int compose_merge_service(json_t *base, json_t *over, ComposePositions *positions, Error **err);

int compose_merge_unique(json_t *tree, Error **err);

/* Removes what the paths (vectors of keys) name, which `!reset` and `!override` were found at. */
void compose_merge_reset(json_t *tree, const json_t *paths);

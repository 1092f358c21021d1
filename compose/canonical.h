/*
 * canonical: short forms of compose files into long ones, in place: the two ComposeStages around
 * the merge. What is long already stays as it is, so that a merged tree can come again.
 */
#pragma once

#include <stdbool.h>

#include "compose/place.h"

/* ComposeStages.canonical */
int compose_canonical(json_t *tree, ComposePositions *positions, bool lenient, Error **err);
/* ComposeStages.complete: default values, and what may not be given together. */
int compose_complete(json_t *tree, const ComposePositions *positions, Error **err);

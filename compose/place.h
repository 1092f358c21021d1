/*
 * place: where in the tree a stage of the model is, for its messages. Places live on the stack of
 * the functions that walk the tree.
 */
#pragma once

#include <stddef.h>

#include "compose/position.h"
#include "libcommon/error.h"

typedef struct ComposePlace {
	const struct ComposePlace *up; /* NULL: the root, which has no name */
	const char *key; /* NULL: an item of a list */
	size_t index;
} ComposePlace;

/* A walk over one tree. */
typedef struct ComposeWalk {
	const json_t *root;
	const ComposePositions *positions; /* may be NULL */
	Error **err;
} ComposeWalk;

/* "services.web.ports.0"; the caller frees it. */
char *compose_place_text(const ComposePlace *p);
/* -EINVAL with `FILE:LINE:COLUMN: `, as far as that is known, and the message. */
int compose_fail(const ComposeWalk *w, const ComposePlace *p, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

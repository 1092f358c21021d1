/*
 * position: where in which file a member of the tree was written.
 *
 * Positions are known by container: that of an object's member is the place of its key, that of a
 * list's item the place of the item. They follow members that the loader moves and copies. A stage
 * that puts a new value under an old key loses nothing; one that moves a member to another object
 * calls compose_position_move(). An unknown place is that of the next container around it.
 */
#pragma once

#include <stdbool.h>

#include "libcommon/error.h"
#include "libcommon/json.h"

typedef struct ComposePositions ComposePositions;

typedef struct ComposePosition {
	const char
		*file; /* as the user knows it: absolute, `-` for the standard input; never NULL */
	unsigned line, column; /* from 1; 0: not known */
} ComposePosition;

ComposePositions *compose_positions_new(void);
ComposePositions *compose_positions_free(ComposePositions *p);
DEFINE_CLEANUP(ComposePositions, compose_positions_free)
#define cleanup_compose_positions cleanup(compose_positions_freep)

/* The place of member `key` of an object, or of the value itself with NULL (objects, lists,
 * strings, numbers). False if it is not known. */
bool compose_position_of(const ComposePositions *p, const json_t *value, const char *key,
			 ComposePosition *ret);
/* The place of what `path` names below `root`, keys and decimal indexes, or of the innermost known
 * container around it; {"", 0, 0} where nothing is known. */
ComposePosition compose_position_path(const ComposePositions *p, const json_t *root,
				      char *const *path);

/* Notes a place. `file` is copied. */
void compose_position_set(ComposePositions *p, json_t *value, const char *key,
			  const ComposePosition *at);
/* What is known of `from`'s member (or of the value itself, with NULL) holds for `to`'s as well. */
void compose_position_move(ComposePositions *p, const json_t *from, const char *from_key,
			   json_t *to, const char *to_key);

/* `FILE:LINE:COLUMN: ` and the message, as error_set(); without a place only the message. */
int compose_error_at(const ComposePosition *at, Error **err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

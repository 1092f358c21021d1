/*
 * interpolate: variables in all values of a tree (not in its keys), and numbers and booleans out of
 * the strings under keys that hold these.
 */
#pragma once

#include "compose/position.h"
#include "libcommon/json.h"

/* In place. Errors are compose's, with the path of the key. */
int compose_interpolate(json_t *tree, ComposePositions *positions, char *const *env, Error **err);

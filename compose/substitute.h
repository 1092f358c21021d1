/*
 * substitute: variables in a string, as compose writes them.
 *
 * $NAME ${NAME} ${NAME:-text} ${NAME-text} ${NAME:?text} ${NAME?text} ${NAME:+text} ${NAME+text}
 * and $$ for a dollar; the texts may contain variables again. A variable that is not set and has no
 * default becomes nothing, with a warning. The text is evaluated even where it is not used, which
 * is compose's habit.
 */
#pragma once

#include <stddef.h>

#include "libcommon/error.h"

/* The value of a variable, or NULL where it is not set. */
typedef const char *(*VariableLookup)(const void *data, const char *name);

typedef enum {
	SUBSTITUTE_INVALID = 1, /* not one of the forms; the message is the string it is in */
	SUBSTITUTE_REQUIRED, /* a variable that must have a value has none */
} SubstituteFailure;

/* The caller frees *ret. -EINVAL; `*ret_why` (may be NULL) tells the kind then. */
int substitute(const char *text, VariableLookup lookup, const void *data, char **ret,
	       SubstituteFailure *ret_why, Error **err);

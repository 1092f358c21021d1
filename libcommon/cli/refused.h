/*
 * refused: Docker's flags that a program does not have, with the reasons: one table for all
 * commands. Such a flag is known to its command, and using it is an error that says why.
 */
#pragma once

#include <stdbool.h>

typedef struct RefusedFlag {
	const char *commands; /* "run, create" */
	const char *name; /* without dashes */
	char letter; /* or 0 */
	const char *type; /* NULL: a bool */
	/* NULL: the whole flag. Otherwise the flag exists and this value is refused; a final `*`
	 * stands for anything. */
	const char *value;
	const char *reason;
} RefusedFlag;

/* Ended by a row without commands. */
#define REFUSED_END              \
	{                        \
		.commands = NULL \
	}

/* Whether a row is about the command of that name. */
bool refused_concerns(const RefusedFlag *row, const char *command);
/* Why a value of a flag is refused, or NULL. `command` NULL: of any command. */
const char *refused_value_reason(const RefusedFlag *table, const char *command, const char *flag,
				 const char *value);

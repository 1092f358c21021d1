/*
 * console: the console of a booted guest: a terminal of its own whose output goes to the console
 * log. Nobody types there, and it is never the user's terminal.
 */
#pragma once

#include "librunner/monitor/binds.h"

/* Makes it, and binds it at /dev/console. A host that has no terminal left does without. */
void console_open(Monitor *m, Binds *b);
/* Writes what is left. */
Console *console_free(Console *c);

/*
 * binds: what systemd-nspawn binds into the container: our own files first, then what the user
 * asked for.
 */
#pragma once

#include "librunner/monitor/monitor.h"
#include "librunner/nspawn.h"

typedef struct Binds {
	NspawnBind *list;
	size_t n, cap;
	char **strings; /* what the list borrows */
} Binds;

void binds_clear(Binds *b);
#define cleanup_binds cleanup(binds_clear)

/* Takes ownership of `source`; `target` is borrowed. */
void binds_add(Binds *b, char *source, const char *target, bool readonly);
/* What the container's configuration binds. */
int binds_add_user(Monitor *m, Binds *b, Error **err);

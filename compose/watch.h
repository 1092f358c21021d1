/*
 * watch: what a service's `develop.watch` wants done when files of the host change.
 */
#pragma once

#include "compose/engine.h"

typedef struct WatchOptions {
	char *const *services; /* NULL: all */
	/* A line for the user: `Watch enabled`, `Syncing "a" after changes were detected`. */
	void (*tell)(const char *line, void *userdata);
	void *userdata;
} WatchOptions;

/* Watches until SIGINT or SIGTERM: -ECANCELED. -EINVAL: nothing is to be watched. */
int compose_watch(Compose *c, const WatchOptions *o, Error **err);

/*
 * container-stats: what containers use, as `docker stats` shows it.
 */
#pragma once

#include "librunner/container.h"
#include "librunner/usage.h"

typedef struct ContainerStats {
	char *asked; /* as the user named it, or its short ID */
	char *id, *name;
	bool running;
	Usage usage; /* zero when it does not run */
	double cpu_percent; /* of one processor, since the reading before; 0 at the first */
	uint64_t when; /* now_usec() of the reading */
} ContainerStats;

/* Makes one from a container; `asked` may be NULL. */
void container_stats_init(ContainerStats *s, const Container *c, const char *asked);
/* Reads it now; what it used since the last reading gives the percentage. -ENOENT: it is gone. */
int container_stats_read(Runtime *rt, ContainerStats *s, Error **err);
void container_stats_clear(ContainerStats *s);

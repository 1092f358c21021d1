/*
 * container-change: what is done to containers as objects, whatever runs in them: a new name, and
 * the end of those that do not run.
 */
#pragma once

#include "librunner/container.h"

/* Gives a container, running or not, another name. Its machine keeps the name that it has. -EEXIST:
 * Docker's "name is already in use" text. */
int container_rename(Runtime *rt, const char *name, const char *new_name, Error **err);

typedef struct PruneResult {
	char **deleted; /* IDs */
	int64_t reclaimed; /* bytes */
} PruneResult;
/* Removes what does not run; `filters` are `until=`, `label=` and `label!=` texts. */
int container_prune(Runtime *rt, char *const *filters, PruneResult *ret, Error **err);
void prune_result_clear(PruneResult *r);
#define cleanup_prune_result cleanup(prune_result_clear)

/*
 * resources: networks, volumes and images of a project as actions of a Work.
 */
#pragma once

#include "compose/engine.h"

/* What an action is about. */
typedef struct ResourceAct {
	Compose *compose;
	const void *resource; /* of the model */
	char *name;
} ResourceAct;

/* Actions whose places stay the same while more are added. */
typedef struct ResourceActs {
	ResourceAct **list;
	size_t n, cap;
} ResourceActs;
ResourceAct *resource_acts_add(ResourceActs *acts);
void resource_acts_clear(ResourceActs *acts);
#define cleanup_resource_acts cleanup(resource_acts_clear)

/* Add what makes them where they are missing. Those that are not ours are told. */
void compose_networks_add(Compose *c, Work *work, ResourceActs *acts);
void compose_volumes_add(Compose *c, Work *work, ResourceActs *acts);

/* Add what `down` does with them. */
void compose_networks_remove(Compose *c, Work *work, ResourceActs *acts);
void compose_volumes_remove(Compose *c, Work *work, ResourceActs *acts);
/* `which` is "local" or "all". */
void compose_images_remove(Compose *c, const char *which, Work *work, ResourceActs *acts);

/* "Network p_default"; the caller frees it. */
char *network_title(const char *name);
/* A warning as Compose's log shows them. */
void worker_warning(Worker *w, const char *text);

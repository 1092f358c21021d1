/*
 * container-update: changes limits, restart policy and the disabled state of a container that is
 * there. A running one has its new limits at once; all are written down and hold from then on.
 */
#pragma once

#include "librunner/container.h"

typedef struct ContainerUpdate {
	HostConfig host; /* limits and restart policy; what is "not given" stays as it is */
	bool pids_given; /* host.pids_limit counts, also when it says "none" */
	bool disabled_given, disabled;
} ContainerUpdate;

/* Docker's checks and words; what this host cannot do is discarded, and said in *warnings. */
int container_update(Runtime *rt, const char *name, const ContainerUpdate *u, char ***warnings,
		     Error **err);

/* Keeps changes of one container apart. -ENOENT when it is gone. */
int container_update_lock(Runtime *rt, const char *id, Error **err);

/* Merges an update into a container's configuration. -EINVAL when they contradict each other. */
int update_merge(Container *c, const ContainerUpdate *u, Error **err);
/* Copies what an update can change. */
void update_assign(Container *to, const Container *from);
/* The update as flags of `run`, which are kept beside configuration files. */
void update_flags(const ContainerUpdate *u, char ***flags);

/*
 * placement: where a container's monitor runs. With systemd as PID 1 it is a transient service of
 * machine.slice (or of the slice that --cgroup-parent names) with Delegate=yes: it does not end
 * with a user's session, is stopped in order when the host goes down, and its limits are properties
 * of the unit. Without, it is a process that goes into the background by itself.
 *
 * The unit is `racker-<short ID>.service`. Inside its control group the monitor has a group of its
 * own, so that the container's (cgroup.h) can have controllers on v2.
 */
#pragma once

#include <stdbool.h>

#include "librunner/container-config.h"

/* What a service gets of whoever starts it. */
#define PLACEMENT_FDS 3

typedef struct PlacementSpec {
	const Container *container;
	const char *root; /* RACKER_ROOT, which stays mounted until the container has ended */
	char *const *argv; /* argv[0] is a path */
	int fds[PLACEMENT_FDS]; /* for placement_receive() */
} PlacementSpec;

/* Starts it as a service; 0 where there is no systemd that can be asked. Positive when the service
 * starts: if its program does not run, the descriptors are closed. Waits up to 30 seconds for the
 * unit of the container's last run to be gone. */
int placement_start(const PlacementSpec *s, Error **err);

/* For the service itself, once: the descriptors, which do not pass through the unit, because
 * systemd would keep them open (and a lock taken) for as long as it knows the unit. Descriptor 0 is
 * /dev/null afterwards. */
int placement_receive(int ret_fds[static PLACEMENT_FDS], Error **err);
/* For the service itself: moves it into a group of its own. */
int placement_settle(Error **err);

/* The directory below which a container's control group is made, for one of the directories that
 * the calling process is in. Caller frees. */
char *placement_base(const char *dir);

/* Gives the unit of a running container the limits of its HostConfig. Nothing where the container
 * is not a service. */
int placement_update(const Container *c, Error **err);

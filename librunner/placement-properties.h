/* placement-properties: the properties of a container's unit, as a message to systemd has them. */
#pragma once

#include <systemd/sd-bus.h>

#include "librunner/placement.h"

/* The members of an open array of (sv). `carrier` becomes the service's descriptor 0. 0 or -errno.
 */
int placement_append_properties(sd_bus_message *m, const PlacementSpec *s, int carrier);
/* The limits alone; with `all`, also those that are not given. */
int placement_append_limits(sd_bus_message *m, const HostConfig *h, bool all);

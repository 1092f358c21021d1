/* network-events: what happened to networks. */
#pragma once

#include "librunner/network.h"

/* "create", "destroy"; "connect" and "disconnect" with the ID of a container. */
void network_event(Runtime *rt, const Network *n, const char *action, const char *container);

/*
 * endpoint-check: whether what a create request says about networks and ports goes together, in the
 * words of Docker's engine. Whether the networks exist is found out when the container starts.
 */
#pragma once

#include "librunner/container.h"

/* The network mode against host name, links, name servers, ports. */
int network_mode_check(const ContainerCreate *req, Error **err);
/* Whether the containers that it is linked to in the default network are there. */
int links_check(Runtime *rt, const Container *c, Error **err);
/* Tells what will have no effect. */
void network_warn(Runtime *rt, const Container *c);

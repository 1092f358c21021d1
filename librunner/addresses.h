/*
 * addresses: the addresses that a container has now.
 */
#pragma once

#include "librunner/container.h"

/* Of the interfaces in the network namespace of a running container that has one of its own,
 * without those of the loopback interface and the link-local ones; NULL where there are none.
 * Caller frees. */
char **container_addresses(const Container *c);

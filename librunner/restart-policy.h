/*
 * restart-policy: when a container is started again, as Docker does it.
 */
#pragma once

#include "librunner/container-config.h"

/* Whether a container that ended with `exit_code` is started again. `state` tells how often that
 * was done already and whether a user has stopped it. */
bool restart_wanted(const RestartPolicy *policy, const ContainerState *state, int exit_code);

/* Whether the policy starts a container that does not run because the host was down: one that has
 * never run is left alone. */
bool restart_wanted_at_boot(const Container *c);

/* How long to wait before it, in microseconds: 100 ms, doubled each time up to a minute, and from
 * the beginning after a run of ten seconds. `last` is the last delay, 0 at first. */
uint64_t restart_delay(uint64_t last, uint64_t ran_usec);

/*
 * restart: restart policies (`--restart`) as Docker writes and checks them.
 */
#pragma once

#include "librunner/container-config.h"

/* "no", "always", "unless-stopped", "on-failure[:COUNT]"; "" is no policy. Only the form is looked
 * at, as Docker's client does. Replaces what is in `*policy`. */
int restart_policy_parse(const char *text, RestartPolicy *policy, Error **err);
/* Whether there is such a policy. */
int restart_policy_check(const RestartPolicy *policy, Error **err);
/* Whether it never starts a container. */
bool restart_policy_is_none(const RestartPolicy *policy);

/*
 * info: what this host and this root are, as `GET /info` of Docker's API tells it. Keys that mean
 * nothing here (swarm, containerd, a daemon's descriptors) are not there.
 */
#pragma once

#include "libcommon/json.h"

#include "librunner/runtime.h"

int system_info(Runtime *rt, json_t **ret, Error **err);

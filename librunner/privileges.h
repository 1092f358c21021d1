/*
 * privileges: what --cap-add, --cap-drop, --privileged and --security-opt mean, by Docker's rules.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "librunner/container-config.h"

typedef struct Privileges {
	uint64_t caps; /* the bounding set of a plain container */
	uint64_t added, dropped; /* what was named; "ALL": everything that is available */
	bool no_new_privs;
	bool unconfined; /* without a system-call filter */
	const char *profile; /* seccomp profile (JSON), borrowed; NULL: the default one */
} Privileges;

/* Errors are Docker's: `invalid CapAdd: unknown capability: "CAP_X"`. */
int privileges_of(const HostConfig *host, Privileges *ret, Error **err);

/* What cannot be in a booted container, with the reason. */
int privileges_check_boot(const HostConfig *host, Error **err);

/*
 * trust: which authorities vouch for a registry besides the system's: those of config.yaml (`ca:`)
 * and, as docker has it, of /etc/docker/certs.d/HOST:PORT and /etc/racker/certs.d/HOST:PORT.
 */
#pragma once

#include "libcommon/error.h"

/* *ret is the PEM text of all of them and the system's, or NULL when there are only the system's.
 */
int trust_load(const char *host, const char *ca, char **ret, Error **err);

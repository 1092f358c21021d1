/*
 * host-check: what HostConfig may say beyond limits and mounts, in the words of Docker's engine.
 */
#pragma once

#include "librunner/container-config.h"

int host_config_check(const HostConfig *host, Error **err);
int healthcheck_check(const Healthcheck *check, Error **err);

/* Names of capabilities as Docker keeps them: "net_admin" becomes "CAP_NET_ADMIN", "all" "ALL"; no
 * name twice. `field` ("CapAdd") begins the error. */
int capabilities_normalize(char *const *names, const char *field, char ***ret, Error **err);

/* Fills what Docker's engine fills in when a container is created: the size of /dev/shm, the driver
 * of the log, the modes of namespaces, names of capabilities. */
int host_config_adapt(HostConfig *host, Error **err);

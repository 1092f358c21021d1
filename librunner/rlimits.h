/* rlimits: resource limits by Docker's names (--ulimit), in the forms that we hand on. */
#pragma once

#include "librunner/container-config.h"

/* As racker-init's spec has them (init/protocol.h). Caller frees. */
char **rlimits_spec(const HostConfig *host);
/* As systemd-nspawn's --rlimit has them: "NOFILE=100:200". */
char **rlimits_nspawn(const HostConfig *host);
/* As system.conf has them: "DefaultLimitNOFILE=100:200". */
char **rlimits_manager(const HostConfig *host);

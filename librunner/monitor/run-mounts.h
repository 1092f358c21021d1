/* run-mounts: the mounts that a plain container's racker-init attaches (init/protocol.h). */
#pragma once

#include "librunner/monitor/session.h"

/* Takes ownership of the detached mount. */
void run_mounts_add(Run *run, int fd, const char *source, const char *target);
/* Closes what was not handed over. */
RunMounts *run_mounts_free(RunMounts *mounts);

/* Names the mounts in the spec of the main session. */
int mounts_prepare(Session *s, Error **err);
/* Hands them over, behind init_go(). */
int mounts_send(Session *s, Error **err);

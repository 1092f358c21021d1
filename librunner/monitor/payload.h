/*
 * payload: what a session's racker-init is told, from the container's configuration or an exec
 * request.
 */
#pragma once

#include "librunner/monitor/session.h"

/* The session of the container's main command. */
Session *payload_main(Monitor *m);
Session *payload_exec(Monitor *m, const MonitorRequest *r);
/* The container's seccomp program, kept for the next exec; stays the monitor's. *ret_fd is -1 for
 * an empty profile, which is none. */
int payload_seccomp(Monitor *m, int *ret_fd, Error **err);

/*
 * payload: what a session's racker-init is told, from the container's configuration or an exec
 * request.
 */
#pragma once

#include "librunner/monitor/session.h"

/* The session of the container's main command. */
Session *payload_main(Monitor *m);
Session *payload_exec(Monitor *m, const MonitorRequest *r);
/* The seccomp program for these capabilities, kept for the next exec; stays the monitor's. */
int payload_seccomp(Monitor *m, uint64_t caps, Error **err);

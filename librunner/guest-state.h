/*
 * guest-state: what state the systemd of a booted guest says it is in.
 */
#pragma once

#include <sys/types.h>

/* "running", "degraded", "starting" … of the guest whose leader is `leader`; NULL when it does not
 * answer within half a second. Waits. Caller frees. */
char *guest_system_state(pid_t leader);

/*
 * guest-connect: a connection to the private socket of a guest's systemd.
 *
 * systemd refuses peers whose pid it cannot see, so the connection is made by a short-lived process
 * that has joined the guest's pid namespace.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* A connected, non-blocking socket, or -errno. `again`: a good connection broke, so the guest may
 * be going down; then it is entered only when somebody still listens. */
int guest_connect_private(pid_t leader, bool again);

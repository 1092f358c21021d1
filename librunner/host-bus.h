/*
 * host-bus: systemd as this host's PID 1, and its machined. Connections are short: every container
 * holding one would use up what the bus grants to root.
 */
#pragma once

#include <systemd/sd-bus.h>

#define HOST_SYSTEMD "org.freedesktop.systemd1"
#define HOST_SYSTEMD_PATH "/org/freedesktop/systemd1"
#define HOST_SYSTEMD_MANAGER HOST_SYSTEMD ".Manager"

/* Connects to PID 1's own socket, which needs neither a bus nor the time of one. -ENOTSUP when PID
 * 1 is not systemd, -errno when it does not let us. */
int host_systemd_open(sd_bus **ret);
/* Connects to the system bus. */
int host_bus_open(sd_bus **ret);

/*
 * guest-bus: one question to a guest's systemd, by its private socket or else its D-Bus daemon.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-bus.h>

/* Starts `bus`, which is new, to the systemd whose PID 1 is `leader`; each call waits for
 * `answer_usec` microseconds at most. 0 or -errno. */
int guest_bus_open(sd_bus *bus, pid_t leader, uint64_t answer_usec);

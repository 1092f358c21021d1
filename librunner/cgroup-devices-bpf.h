/* cgroup-devices-bpf: the devices of a v2 group, as a BPF program (BPF_PROG_TYPE_CGROUP_DEVICE). */
#pragma once

#include <stddef.h>

#include "librunner/cgroup-devices.h"

/* Replaces our program on the group at `dir` by one that allows what the rules say, or (no rules)
 * by none, which allows everything. 0 or -errno. */
int cgroup_devices_bpf(const char *dir, const DeviceRule *rules, size_t n);

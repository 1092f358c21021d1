/*
 * cgroup-devices: which devices the members of a control group may open. A container can make any
 * device node (Docker leaves CAP_MKNOD), so this is what keeps it from the host's disks and memory.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define DEVICE_ANY (-1)

typedef enum { DEVICE_READ = 1, DEVICE_WRITE = 2, DEVICE_MKNOD = 4 } DeviceAccess;

typedef struct DeviceRule {
	char type; /* 'c', 'b', or 'a' for both */
	int major, minor; /* or DEVICE_ANY */
	unsigned access; /* of DeviceAccess */
} DeviceRule;

/* Allows what Docker allows: making nodes, /dev/null and its like, terminals, /dev/net/tun. `dirs`
 * are the group's places in all hierarchies: the devices controller of v1 where it is mounted, else
 * a BPF program on the v2 group. 0 or -errno; without either hierarchy there is nothing to do. */
int cgroup_devices_restrict(char *const *dirs);
/* Allows more, or (`all`) everything, after that. */
int cgroup_devices_allow(char *const *dirs, const DeviceRule *rules, size_t n, bool all);

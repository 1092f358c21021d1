/*
 * cgroup-devices: which devices the members of a control group may open. A container can make any
 * device node (Docker leaves CAP_MKNOD), so this is what keeps it from the host's disks and memory.
 */
#pragma once

/* Allows what Docker allows: making nodes, /dev/null and its like, terminals, /dev/net/tun. `dirs`
 * are the group's places in all hierarchies: the devices controller of v1 where it is mounted, else
 * a BPF program on the v2 group. 0 or -errno; without either hierarchy there is nothing to do. */
int cgroup_devices_restrict(char *const *dirs);

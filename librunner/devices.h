/*
 * devices: the devices of the host that a container gets (--device, --privileged), and what its
 * control group allows (--device-cgroup-rule).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "librunner/cgroup-devices.h"
#include "librunner/container-config.h"

typedef struct DeviceNode {
	char *host; /* the node on the host, links resolved */
	char *path; /* in the container */
	char type; /* 'c' or 'b' */
	int major, minor;
	mode_t mode; /* permissions alone */
	uid_t uid;
	gid_t gid;
} DeviceNode;

typedef struct Devices {
	DeviceNode *nodes;
	size_t n, cap;
	DeviceRule *rules;
	size_t n_rules, cap_rules;
	bool all; /* the control group allows everything */
} Devices;

/* Looks at the host's devices now. Errors are Docker's. */
int devices_collect(const HostConfig *host, Devices *ret, Error **err);
void devices_clear(Devices *d);
#define cleanup_devices cleanup(devices_clear)

/* The nodes as racker-init's spec has them (init/protocol.h). Caller frees. */
char **devices_spec(const Devices *d);

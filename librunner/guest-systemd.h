/*
 * guest-systemd: what an image brings for its boot, told by its files, and whether the host's
 * cgroups suit its systemd.
 */
#pragma once

#include <stdbool.h>

#include "libcommon/error.h"
#include "librunner/layers-lookup.h"

typedef struct GuestSystemd {
	bool present; /* systemd itself */
	bool complete; /* and /sbin/init, and a D-Bus daemon */
	int version; /* 252; 0 when it is not told: before 231 */
} GuestSystemd;

void guest_systemd_probe(const LayersLookup *l, GuestSystemd *ret);

typedef enum {
	HOST_CGROUP_LEGACY, /* v1 */
	HOST_CGROUP_HYBRID, /* v1, and v2 without controllers beside it */
	HOST_CGROUP_UNIFIED, /* v2 */
} HostCgroup;
HostCgroup host_cgroup(void);

/* -EOPNOTSUPP with the reason when that systemd cannot be PID 1 on such a host. `name` is the
 * image's. */
int guest_systemd_check(const GuestSystemd *g, HostCgroup host, const char *name, Error **err);

/* Whether the system in the tree `dirfd`/`name` must be given cgroup v2 where systemd-nspawn would
 * give it what the host has. */
bool guest_systemd_needs_unified(int dirfd, const char *name, HostCgroup host);

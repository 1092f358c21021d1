/*
 * machined: tells systemd-machined about a booted container, so that machinectl, `journalctl -M`,
 * `systemctl -M` and nss-mymachines know it. On hosts without it nothing happens; a container never
 * waits for it, and none fails because of it.
 *
 * Plain containers are not registered: there is no system in them to log in to or to ask.
 */
#pragma once

#include <sys/types.h>

#include "libcommon/loop.h"

typedef struct Machine Machine;

typedef struct MachineSpec {
	const char *name; /* a name made by nspawn_machine_name() */
	const char *uuid; /* 32 hex digits */
	const char *root; /* absolute */
	pid_t leader;
} MachineSpec;

/* Begins to register it; NULL where there is no machined. */
Machine *machine_register(Loop *loop, const MachineSpec *spec);
/* Takes the registration back, and frees it: the name can be used again. */
Machine *machine_unregister(Machine *m);

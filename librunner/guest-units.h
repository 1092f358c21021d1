/*
 * guest-units: keeps units of a booted guest that make no sense in a container from starting by
 * themselves (login prompts, hardware, timers of a machine that lives for seconds).
 *
 * Only the links that pull them in are hidden; no unit is masked, and a package under test can
 * start each of them.
 */
#pragma once

#include "libcommon/error.h"

/* The directory, below the container's, that guest_units_write() fills, and where it is to be bound
 * in the guest: writable, because `systemctl set-property --runtime` writes there too. */
#define GUEST_UNITS_DIR "guest-units"
extern const char guest_units_target[];

/* The same for generators (systemd.generator(7)) that look for disks, consoles and kernel
 * parameters, which there are none of: read-only in the guest. */
#define GUEST_GENERATORS_DIR "guest-generators"
extern const char guest_generators_target[];

/* Writes both. */
int guest_units_write(int container_dirfd, Error **err);

/* Keeps the guest from unmounting what is bound at `target` when it shuts down, one umount program
 * for each: its last stage does that at once. For binds beyond ours (the user's); after
 * guest_units_write(). */
int guest_units_keep_mounted(int container_dirfd, const char *target, Error **err);

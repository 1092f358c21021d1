/*
 * guest-network: keeps the network services of a booted guest (systemd-networkd, NetworkManager)
 * from setting up again what is up before they start. Others, which have no such configuration, are
 * not started by themselves (guest-units.c). Everything else of theirs works: what a user makes in
 * the guest, they look after.
 */
#pragma once

#include "libcommon/error.h"

/* The files in the container's directory, and where each belongs in the guest. */
typedef struct GuestNetworkFile {
	const char *name, *target;
} GuestNetworkFile;
extern const GuestNetworkFile guest_network_files[]; /* ended by a row without a name */

/* Writes them. */
int guest_network_write(int container_dirfd, Error **err);

/*
 * rootfs: a container's root as one overlay mount, made in the calling process's mount namespace.
 *
 * Layers are mounted by short relative names (the option page is 4,096 bytes and Docker allows 127
 * layers), so the caller's working directory changes: rootfs_mount() is for programs that own their
 * process (monitor, provisioning child), after rootfs_private().
 */
#pragma once

#include <stdbool.h>

#include "libcommon/error.h"
#include "libimage/image.h"
#include "librunner/container-config.h"

typedef enum {
	/* Skips every sync of the upper directory, which is lost in a crash of the machine: for
	 * containers that are removed at their end, and for work that is synced once at its end. An
	 * upper directory that was mounted so cannot be mounted a second time. */
	ROOTFS_VOLATILE = 1 << 0,
	/* rootfs_mount_view(): with the upper directory, if there is one. */
	ROOTFS_WITH_UPPER = 1 << 1,
} RootfsFlags;

/* Gives this process a mount namespace of its own (unshare CLONE_NEWNS, everything rslave): what is
 * mounted from now on vanishes with the last process in it. */
int rootfs_private(Error **err);

/* Mounts overlay(upper, layers…) on `dir`/merged; `layers` are short IDs, lowest first, and may be
 * none at all. `dir` holds upper/, work/ and merged/, made here with exact modes whatever the
 * umask, and is an absolute path below RACKER_ROOT. */
int rootfs_mount(Store *store, char *const *layers, const char *dir, RootfsFlags flags,
		 Error **err);

/* Mounts what the layers show (ROOTFS_WITH_UPPER: and `dir`/upper over them) on `dir`/merged, in a
 * way that changes nothing of them: what is written there stays in memory and vanishes with the
 * mount. So it can be done any number of times, also while the container runs. */
int rootfs_mount_view(Store *store, char *const *layers, const char *dir, RootfsFlags flags,
		      Error **err);
/* Unmounts everything below `dir` again, the last mount first, so that the next run begins anew. An
 * upper directory that was mounted volatile can be mounted once more then. Nothing may use it. */
int rootfs_release(const char *dir, Error **err);

/* The root of a container on `dir`/merged, as its configuration has it: layers, or a directory
 * that is the root itself (--rootfs); --ephemeral puts the upper directory on a tmpfs at
 * `dir`/memory, which goes with the mount namespace. */
int rootfs_mount_container(Store *store, const RackerConfig *racker, const char *dir,
			   RootfsFlags flags, Error **err);
/* Mounts the layers of an image read-only at `place`, a directory. */
int rootfs_mount_image(Store *store, char *const *layers, const char *place, Error **err);

/* Makes what systemd-nspawn insists on and an image may lack, in the tree at `root`: an empty /usr,
 * for `boot` an os-release, and plain files where /etc/hostname, /etc/hosts and /etc/resolv.conf
 * are links, so that ours can be bound over them and nothing else. Never leaves the tree, whatever
 * links the image holds. */
int rootfs_complete(const char *root, bool boot, Error **err);
/* The os-release that it makes. */
extern const char rootfs_os_release[];

/* Writes /etc/hostname: for booted systems, where the guest's own tools may change it later. */
int rootfs_write_hostname(const char *root, const char *hostname, Error **err);

/*
 * volume: named directories that outlive containers, as Docker's driver `local` has them.
 *
 * On disk: volumes/NAME/_data is what containers see, volumes/NAME/volume.json what the volume is.
 * A volume appears complete (renamed into place) and disappears at once (renamed into tmp/).
 * Whoever takes a volume into use locks its directory (volume_lock(), shared) until the container
 * that names it is on disk; removal locks it exclusively, then the containers. So the order of
 * locks is: volumes by name, containers, store.
 *
 * A volume with the options `type`, `device` and `o` is a mount at _data, which the first container
 * that starts makes and the last one that ends takes away (volume-mount.h).
 */
#pragma once

#include "librunner/container.h"

/* Docker's label of a volume that was made without a name. */
#define VOLUME_LABEL_ANONYMOUS "com.docker.volume.anonymous"

typedef struct Volume {
	int64_t version; /* of the file's format */
	char *name;
	char *created; /* RFC 3339, whole seconds */
	char *driver; /* "local" */
	char **labels, **options; /* NAME=value; NULL: none */
	char *mountpoint; /* absolute: its _data; not in the file */
} Volume;

Volume *volume_free(Volume *v);
DEFINE_CLEANUP(Volume, volume_free)
#define cleanup_volume cleanup(volume_freep)

/* Docker's `create x: "x" includes invalid characters for a local volume name, …`. */
int volume_name_check(const char *name, Error **err);

typedef struct VolumeCreate {
	const char *name; /* NULL or empty: a random one, and the label of an anonymous volume */
	const char *driver; /* NULL or empty: "local", the only one */
	char *const *labels, *const *options; /* NAME=value */
} VolumeCreate;

/* Makes it, unless there is one of that name, which is left as it is (as Docker does).
 * *ret_created may be NULL. */
int volume_create(Runtime *rt, const VolumeCreate *req, Volume **ret, bool *ret_created,
		  Error **err);

/* -ENOENT: `get x: no such volume`. */
int volume_find(Runtime *rt, const char *name, Volume **ret, Error **err);

/* All that `filters` (`key=value`: dangling, driver, label, name) choose, by name. Free with
 * volume_list_free(). */
int volume_list(Runtime *rt, char *const *filters, Volume ***ret, size_t *ret_n, Error **err);
Volume **volume_list_free(Volume **list, size_t n);

/* -EBUSY with the IDs of the containers that have it. `force`: one that is not there is as good as
 * removed. */
int volume_remove(Runtime *rt, const char *name, bool force, Error **err);

/* The same for who may hold locks of volumes: one that somebody holds is in use. */
int volume_remove_unused(Runtime *rt, const char *name, Error **err);

typedef struct VolumePrune {
	char **deleted; /* names */
	int64_t reclaimed; /* bytes */
} VolumePrune;
/* Removes what no container has: anonymous ones, or (filter `all=true`) all. Further filters:
 * `label=`, `label!=`. */
int volume_prune(Runtime *rt, char *const *filters, VolumePrune *ret, Error **err);
void volume_prune_clear(VolumePrune *p);
#define cleanup_volume_prune cleanup(volume_prune_clear)

/* As `GET /volumes/NAME` of Docker's API has it; the caller owns it. */
json_t *volume_inspect_json(const Volume *v);

/* The full IDs of the containers that have it, NULL: none. The caller frees. */
int volume_users(Runtime *rt, const char *name, char ***ret, Error **err);

/* Holds a volume: it is not removed as long as the descriptor is open. `operation` is LOCK_SH or
 * LOCK_EX (its content is being prepared), with LOCK_NB (-EWOULDBLOCK) or without. -ENOENT as
 * volume_find(). */
int volume_lock(Runtime *rt, const char *name, int operation, Error **err);

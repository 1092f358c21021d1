/*
 * mount-plan: what is mounted into a container at the user's wish, as one list: -v, --mount,
 * --tmpfs, what --volumes-from took over, and the image's volumes. A pure function of the
 * container's configuration, so that the monitor, inspect and whoever looks into a stopped
 * container agree.
 *
 * The list is in the order of mounting: a mount point comes before those below it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "librunner/container-config.h"

typedef enum { PLANNED_BIND, PLANNED_TMPFS, PLANNED_IMAGE, PLANNED_VOLUME } PlannedKind;

typedef struct PlannedMount {
	PlannedKind kind;
	/* Of a bind: clean, on the host; of an image: its ID or name; of a volume: its name, NULL
	 * for an anonymous one that is not made yet. */
	char *source;
	char *target; /* clean, in the container */
	char *mode; /* of -v, as the user wrote it, or what Docker shows then; may be NULL */
	char *options; /* of a tmpfs; may be NULL */
	char *subpath; /* of an image or a volume; may be NULL */
	const Mount *mount; /* of --mount and --volumes-from, borrowed; NULL: something else */
	const char *propagation; /* "rprivate" … */
	bool readonly;
	bool non_recursive; /* without what is mounted below the source */
	bool readonly_top; /* readonly, but not for what is mounted below */
	bool readonly_force; /* readonly with what is mounted below, or not at all */
	bool create; /* of -v: the source is made where it is missing */
	bool no_copy; /* of a volume: the image's content is not copied into an empty one */
	bool chown; /* the content is given to the container's user (`U`) */
	char relabel; /* SELinux: 'z' shared, 'Z' of this container alone; 0 */
} PlannedMount;

typedef struct MountPlan {
	PlannedMount *list;
	size_t n, cap;
} MountPlan;

/* -EINVAL in Docker's words for what Docker's engine refuses. */
int mount_plan_make(const HostConfig *host, const RackerConfig *racker, MountPlan *ret,
		    Error **err);
void mount_plan_clear(MountPlan *plan);
#define cleanup_mount_plan cleanup(mount_plan_clear)
/* Whether something is mounted exactly there. */
bool mount_plan_has(const MountPlan *plan, const char *target);
/* What is mounted there, NULL: nothing. */
PlannedMount *mount_plan_find(const MountPlan *plan, const char *target);

/* Adds what is not the user's, behind everything else. */
void mount_plan_add_bind(MountPlan *plan, const char *source, const char *target, bool readonly);
void mount_plan_add_tmpfs(MountPlan *plan, const char *target, const char *options);

/* What Docker's engine asks of every place where something is mounted. */
int mount_target_check(const char *type, const char *target, Error **err);
/* Reads the third field of -v (`ro,rslave`). -EINVAL when it is none. `ret->propagation` stays NULL
 * and `ret->no_copy` false where the field does not speak of them. */
int mount_mode_parse(const char *mode, PlannedMount *ret);
/* MS_PRIVATE, MS_REC | MS_SHARED … of "private", "rshared" …; 0 when it is none. */
unsigned long mount_propagation_flags(const char *name);

/* Checks what can be checked before the image is known: the plan, that sources of --mount exist,
 * and names of volumes. */
int mount_plan_check(const HostConfig *host, Error **err);

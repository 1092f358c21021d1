/*
 * mount-plan: what is mounted into a container at the user's wish, as one list: -v, --mount,
 * --tmpfs and what --volumes-from took over. A pure function of the container's configuration, so
 * that the monitor, inspect and whoever looks into a stopped container agree.
 *
 * The list is in the order of mounting: a mount point comes before those below it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "librunner/container-config.h"

typedef enum { PLANNED_BIND, PLANNED_TMPFS, PLANNED_IMAGE } PlannedKind;

typedef struct PlannedMount {
	PlannedKind kind;
	char *source; /* of a bind: clean, on the host; of an image: its ID or name */
	char *target; /* clean, in the container */
	char *mode; /* of -v, as the user wrote it; may be NULL */
	char *options; /* of a tmpfs; may be NULL */
	char *subpath; /* of an image; may be NULL */
	const char *propagation; /* "rprivate" … */
	bool readonly;
	bool non_recursive; /* without what is mounted below the source */
	bool readonly_top; /* readonly, but not for what is mounted below */
	bool readonly_force; /* readonly with what is mounted below, or not at all */
	bool create; /* the source is made where it is missing (-v) */
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

/* Adds what is not the user's, behind everything else. */
void mount_plan_add_bind(MountPlan *plan, const char *source, const char *target, bool readonly);
void mount_plan_add_tmpfs(MountPlan *plan, const char *target, const char *options);

/* Reads the third field of -v (`ro,rslave`). -EINVAL when it is none. */
int mount_mode_parse(const char *mode, PlannedMount *ret);
/* MS_PRIVATE, MS_REC | MS_SHARED … of "private", "rshared" …; 0 when it is none. */
unsigned long mount_propagation_flags(const char *name);

/* Checks what can be checked before the image is known: the plan, and that sources of --mount
 * exist. */
int mount_plan_check(const HostConfig *host, Error **err);

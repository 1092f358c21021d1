/* image-mount: an image as a read-only mount (`--mount type=image`). */
#pragma once

#include "librunner/mount-plan.h"
#include "librunner/runtime.h"

/* Replaces the mount at `place`, a directory, by what `open_below` finds at `subpath` in it, which
 * may be a file. -errno. */
int place_narrow(const char *place, const char *subpath,
		 int (*open_below)(int dirfd, const char *path, int flags));

int image_mount(Runtime *rt, const PlannedMount *p, const char *place, Error **err);

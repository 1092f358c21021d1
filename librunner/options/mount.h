/*
 * mount: `--mount type=bind,source=…,target=…` by the rules of Docker's client. Whether the mount
 * can be had is checked later (container-check.h).
 */
#pragma once

#include "librunner/container-config.h"

/* Sources that begin with `./` (or are `.`) are below `base`, or below the working directory when
 * it is NULL. *ret is the caller's: mount_clear(). */
int mount_parse(const char *text, const char *base, Mount *ret, Error **err);
void mount_clear(Mount *m);
#define cleanup_mount cleanup(mount_clear)

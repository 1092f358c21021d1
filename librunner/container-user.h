/* container-user: numbers for a user of a container, by the container's own files. */
#pragma once

#include <sys/types.h>

#include "libcommon/error.h"

/* USER[:GROUP], names or numbers; without a group it is the user's own, or 0. */
int container_user(int root, const char *text, uid_t *ret_uid, gid_t *ret_gid, Error **err);

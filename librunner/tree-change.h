/*
 * tree-change: gives a whole tree to a user (`-v …:U`), or a label of SELinux (`:z`). Never follows
 * a link and never enters another mount.
 */
#pragma once

#include <sys/types.h>

#include "libcommon/error.h"

/* `fd` is the top, a directory or a file (O_PATH will do). -errno; what disappears meanwhile is
 * left out. */
int tree_chown(int fd, uid_t uid, gid_t gid);
int tree_label(int fd, const char *label);

/* The label of what containers share; NULL where there is no SELinux. */
const char *tree_container_label(void);

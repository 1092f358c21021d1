/*
 * mount-api: the mount calls of Linux 5.2 and 5.12, which older C libraries do not have. They
 * return 0, a descriptor, or -errno.
 */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_open_tree
#define SYS_open_tree 428
#define SYS_move_mount 429
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif

/* A detached copy of what is at `path`, with what is mounted below it where that is wanted. */
static inline int mount_copy(const char *path, bool recursive)
{
	/* OPEN_TREE_CLONE, OPEN_TREE_CLOEXEC, AT_RECURSIVE */
	unsigned flags = 1 | O_CLOEXEC | (recursive ? 0x8000 : 0);
	long fd = syscall(SYS_open_tree, AT_FDCWD, path, flags);

	return fd < 0 ? -errno : (int)fd;
}

/* Mounts a detached copy on what `to` is open on (a directory or a file, O_PATH will do). */
static inline int mount_attach(int fd, int to)
{
	/* MOVE_MOUNT_F_EMPTY_PATH, MOVE_MOUNT_T_EMPTY_PATH */
	return syscall(SYS_move_mount, fd, "", to, "", 0x04 | 0x40) < 0 ? -errno : 0;
}

/* Makes it read-only; -ENOSYS before Linux 5.12. */
static inline int mount_make_readonly(const char *path, bool recursive)
{
	struct {
		uint64_t set, clear, propagation, userns;
	} attr = { .set = 1 /* MOUNT_ATTR_RDONLY */ };

	return syscall(SYS_mount_setattr, AT_FDCWD, path, recursive ? 0x8000 : 0, &attr,
		       sizeof(attr)) < 0
		       ? -errno
		       : 0;
}

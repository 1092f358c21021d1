/*
 * fs: files by descriptor. Helpers return 0 or a positive value, or -errno, and make no message.
 * Paths are relative to a directory descriptor (AT_FDCWD where that is meant). What has to survive
 * is written by fs_write_atomic: other processes see the old file or the new one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "libcommon/str.h"

/* Writes all of `n` bytes, through short writes and EINTR. */
int fd_write_all(int fd, const void *data, size_t n);
/* Reads until `n` bytes or the end; returns the count. */
ssize_t fd_read_full(int fd, void *data, size_t n);
int fd_set_nonblock(int fd, bool on);
int fd_set_cloexec(int fd, bool on);

/* Reads a whole file of at most `limit` bytes (else -EFBIG) into `ret`, which is a string. */
int fs_read_file(int dirfd, const char *path, size_t limit, Strbuf *ret);

typedef enum {
	FS_SYNC = 1 << 0, /* fsync before the rename and the directory after it */
	FS_EXCLUSIVE = 1 << 1, /* -EEXIST when the name is taken */
} FsFlags;

/* Writes a file under a temporary name in the same directory and renames it into place. */
int fs_write_atomic(int dirfd, const char *path, const void *data, size_t n, mode_t mode,
		    FsFlags flags);

/* Makes a directory and its parents; what exists is fine. Modes are exact, whatever the umask. */
int fs_mkdir_p(int dirfd, const char *path, mode_t mode);

/* Opens a directory (O_PATH is not used: the descriptor can be read). */
int fs_open_dir(int dirfd, const char *path);

/* Opens below `rootfd` as if it were the root directory, links included
 * (openat2(2), RESOLVE_IN_ROOT): for paths that a container or an image chose. */
int fs_open_in_root(int rootfd, const char *path, int flags, mode_t mode);

/* The same, but a link or `..` that leads out of `rootfd` is an error (-EXDEV). */
int fs_open_beneath(int rootfd, const char *path, int flags);

/* Whether something is mounted at a name, in whatever mount namespace `dirfd` belongs to. Removing
 * such a name from another namespace is not refused by the kernel: it would undo the mount. */
bool fs_is_mount_point(int dirfd, const char *name);

/* Removes a tree, never following a link and never crossing into another mount.
 * A missing path is success. */
int fs_remove_tree(int dirfd, const char *path);

/* Takes an flock(2) on a file that is made when missing. `operation` is LOCK_SH or LOCK_EX, with
 * LOCK_NB or without. Returns the descriptor that holds the lock, or -errno (-EWOULDBLOCK). */
int fs_lock(int dirfd, const char *path, int operation);

/* Fills `n` bytes from the kernel's random source; ends the program if there is none. */
void random_bytes(void *data, size_t n);
/* A random string of `n` lower-case hex digits, for IDs and temporary names. */
char *random_hex(size_t n);

/* The folder of the running program, without links (/proc/self/exe), as it was at the first call;
 * NULL if it cannot be told. A program that leaves its mount namespace calls it before. */
char *program_dir(void);
/* The path of one of our helper programs: beside the program (uninstalled build), else in
 * PREFIX/libexec/racker. */
char *helper_path(const char *name);
/* The path of an installed data file, found by the same rule. */
char *data_path(const char *name);

/* The names in an open directory but `.` and `..`, sorted by their bytes; `*ret` may become NULL. 0
 * or -errno. */
int fs_names(int fd, char ***ret);

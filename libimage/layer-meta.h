/*
 * layer-meta: mode, owner, times and extended attributes of one file, and setting them exactly,
 * whatever its type.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "libcommon/error.h"

/* What the kernel allows as a value (XATTR_SIZE_MAX) and as a name (XATTR_NAME_MAX). */
#define LAYER_MAX_XATTR_VALUE 65536
#define LAYER_MAX_XATTR_NAME 255
/* Attributes of one file. */
#define LAYER_MAX_XATTRS 1024

typedef struct Xattr {
	char *name;
	void *value;
	size_t size;
} Xattr;

typedef struct Metadata {
	mode_t mode; /* with the file type */
	uid_t uid;
	gid_t gid;
	struct timespec mtime;
	Xattr *xattrs;
	size_t n_xattrs, cap_xattrs;
} Metadata;

void metadata_add_xattr(Metadata *m, const char *name, const void *value, size_t size);
void metadata_clear(Metadata *m);
/* Moves the contents. */
Metadata metadata_steal(Metadata *m);

/* Sets everything on a file that is no directory. `fd` is the open file, or -1 for links and
 * devices; `fresh`: this thread has just made it with a umask of 0, so that mode and our own IDs
 * are right. */
int metadata_apply_file(int dirfd, const char *name, int fd, const Metadata *m, bool fresh,
			Error **err);
/* Sets owner, permissions and attributes of a directory, but what would change files made in it
 * later: that and the times are for metadata_finish_dir(). */
int metadata_apply_dir(int dirfd, const char *name, const Metadata *m, Error **err);
/* The special bits, the default ACL and the times: when nothing more is made in it. */
int metadata_finish_dir(int dirfd, const char *name, const Metadata *m, Error **err);

/* Reads what a file has, without overlayfs's own attributes. */
int metadata_read(int dirfd, const char *name, Metadata *ret, Error **err);

/* Sets one attribute on a file without following links. 0 or -errno. */
int xattr_set(int dirfd, const char *name, const char *xattr, const void *value, size_t size);
/* Whether the directory has overlayfs's opaque mark. */
bool xattr_is_opaque(int dirfd, const char *name, const char *prefix);

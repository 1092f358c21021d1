/*
 * tree-copy: copies files and trees between directories that are given as descriptors.
 *
 * Either side may be a container's, whose processes move and replace files meanwhile: every step is
 * one name below a descriptor, links are copied and never followed, and what is no regular file is
 * never opened. Data is shared (reflink) where the file systems can, holes stay holes, and files
 * that are one by hard links stay one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "libcommon/error.h"

typedef enum {
	XATTRS_CAPABILITY, /* of programs, as Docker copies them always */
	XATTRS_PORTABLE, /* all but overlayfs's own and labels of the host's security module */
	XATTRS_ALL, /* but those of overlayfs that tell of the file itself, not of its content */
} TreeXattrs;

typedef struct TreeCopyOptions {
	bool set_owner; /* to uid and gid; else the source's */
	uid_t uid;
	gid_t gid;
	TreeXattrs xattrs;
	/* Everything as it is: sockets, links that lead out of the destination by their text
	 * (Docker refuses those), and the metadata of the directory that is copied into. */
	bool exact;
	/* The path of the directory that is copied into, as the user knows it: for messages. */
	const char *shown;
} TreeCopyOptions;

/* Copies what is `name` in `from` to `to_name` in `to`, merging directories and replacing files.
 * Docker's words for a directory in place of a file and the reverse. `*ret_size` grows by the bytes
 * a tar of it would have. */
int tree_copy(int from, const char *name, int to, const char *to_name, const TreeCopyOptions *o,
	      int64_t *ret_size, Error **err);
/* The same from the open directory `from` into the one that is `to`. */
int tree_copy_into(int from, int to, const TreeCopyOptions *o, int64_t *ret_size, Error **err);

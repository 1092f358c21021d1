/*
 * layer-lower: what the layers below show at a path, as overlayfs would merge them: whiteouts,
 * opaque directories, and links followed inside the image.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "libcommon/error.h"

typedef struct LowerView {
	int *fds; /* the layers' root directories, lowest first; owned */
	size_t n;
	const char *xattr_prefix;
} LowerView;

/* Takes the descriptor: the next layer on top. */
void lower_view_add(LowerView *view, int fd);
void lower_view_clear(LowerView *view);

typedef struct LowerFile {
	struct stat st;
	int fd; /* borrowed: the root of the layer it is in */
	char *path; /* below it, without links on the way: openat(fd, path, O_NOFOLLOW) is safe */
} LowerFile;
void lower_file_clear(LowerFile *file);

/* 1, or 0 when there is nothing. A link at the end is what is found, unless `follow`. -ELOOP and
 * others without a message: nothing sensible is there. */
int lower_find(const LowerView *view, const char *path, bool follow, LowerFile *ret);

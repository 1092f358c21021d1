/*
 * tar-write: a directory tree as a tar stream (ustar, pax where ustar cannot), the same bytes for
 * the same tree: names in the order of their bytes, times in whole seconds, owners as numbers.
 *
 * The tree may be a container's, which changes while it is read: every step is one name below a
 * descriptor, links are never followed, and what is no regular file is never opened.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libcommon/error.h"

typedef enum {
	TAR_XATTRS_CAPABILITY, /* of programs: what Docker's archives have */
	TAR_XATTRS_ALL, /* all that means something elsewhere */
} TarXattrs;

typedef struct TarWriteOptions {
	const char *name; /* the entry of the directory; "." for the directory itself */
	const char *as; /* its name in the archive; "": the entries of a directory alone */
	TarXattrs xattrs;
	/* The tree is an overlay's upper directory: whiteouts and opaque directories are written
	 * as the OCI image-spec has them. */
	bool layer;
	/* Paths below the entry, with a leading slash, that are left out with all that is in them.
	 */
	char *const *exclude;
} TarWriteOptions;

/* Takes the next bytes: 0 or -errno. */
typedef int TarSink(void *userdata, const void *data, size_t n);

/* For threads or programs of their own: takes the calling thread's character set. */
int tar_write(int dirfd, const TarWriteOptions *o, TarSink *sink, void *userdata, Error **err);

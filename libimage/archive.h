/*
 * archive: tar streams of directory trees, made and unpacked by racker-image, and images made of
 * them: all that librunner and the front-ends know of archives.
 */
#pragma once

#include "libimage/image.h"

/* Writes `name` of the directory ("." for itself) to `out` as a tar, its name there being `as`
 * ("": the entries of a directory alone). `what` names the work in messages. */
int archive_create(int dirfd, const char *name, const char *as, int out, const char *what,
		   Error **err);

typedef struct ArchiveExtract {
	int root; /* the root directory that paths are resolved in */
	const char *dir; /* where to, as a path below the root */
	bool set_owner; /* to uid and gid */
	uid_t uid;
	gid_t gid;
	int in; /* the stream */
	const char *what;
} ArchiveExtract;

int archive_extract(const ArchiveExtract *x, Error **err);

/* What an image is made of: the layers of another one, perhaps a prepared layer, and an upper
 * directory. */
typedef struct ImageCommit {
	const char *base; /* the image's ID */
	char *const *layers; /* short IDs of all layers below the upper directory, lowest first */
	int upper; /* -1: nothing was changed */
	char *const *exclude; /* paths of it that are no part of the image, with a leading slash */
	const char *name; /* canonical, or NULL */
	const char *author, *comment; /* may be NULL */
	const char *created_by; /* the command that the layer came from */
	json_t *config; /* the image's `config` object */
} ImageCommit;

/* Makes the image with its blobs, so that it can be pushed and saved. *ret_id is its ID. */
int image_commit(Store *store, const ImageCommit *c, char **ret_id, Error **err);

/*
 * identity: who the payload is, from the image's own /etc/passwd and /etc/group and nothing else:
 * no name service library is asked, and images without these files work with numbers.
 */
#pragma once

#include <limits.h>
#include <stddef.h>
#include <sys/types.h>

#include "librunner/init/text.h"

/* Supplementary groups of one user; further ones are an error, not cut off. */
#define IDENTITY_MAX_GROUPS 1024

typedef struct Identity {
	uid_t uid;
	gid_t gid;
	gid_t groups[IDENTITY_MAX_GROUPS]; /* begins with gid */
	size_t n_groups;
	char home[PATH_MAX];
} Identity;

/* Resolves USER[:GROUP] (names or numbers, NULL or "" is root) and `further` groups (a vector)
 * against the text of both files (NULL: there is none). 0, or -1 with the reason in `why`, in
 * Docker's words. */
int identity_resolve(const char *user, char *const *further, const char *passwd, const char *group,
		     Identity *ret, Text *why);

/* The same with the files of this root directory. */
int identity_load(const char *user, char *const *further, Identity *ret, Text *why);

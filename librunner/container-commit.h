/*
 * container-commit: a real image made of a container: its image's layers, what was installed to
 * boot it, and what it has changed, with a configuration of its own.
 */
#pragma once

#include "librunner/container.h"

typedef struct CommitOptions {
	const char *reference; /* as the user typed it, or NULL */
	const char *author, *message;
	char *const *changes; /* instructions, see image-change.h */
	bool pause; /* a running container stands still while it is read */
} CommitOptions;

/* *ret_id: "sha256:…". */
int container_commit_image(Runtime *rt, const char *name, const CommitOptions *o, char **ret_id,
			   Error **err);

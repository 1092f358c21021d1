/*
 * container-new: how a container comes to be on disk: complete, under a name of its own.
 */
#pragma once

#include "librunner/container.h"

/* Caller frees. */
char *container_id_new(void);

/* Gives it its name (NULL: a generated one) and machine name, and makes it seen. `fill` may put
 * more into its directory before that (NULL: nothing). -EEXIST: Docker's "name is already in use"
 * text. */
int container_write_new(Runtime *rt, Container *c, const char *name,
			int (*fill)(int dirfd, void *userdata, Error **err), void *userdata,
			Error **err);

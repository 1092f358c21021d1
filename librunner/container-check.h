/*
 * container-check: what a request to create a container may say, in Docker's words.
 */
#pragma once

#include "librunner/container.h"

/* A bind of HostConfig.Binds: "/host:/guest[:mode]". */
typedef struct Bind {
	char *source, *target;
	bool readonly;
} Bind;
/* Refuses what cannot be bound: relative paths, named volumes, unknown modes. */
int bind_parse(const char *text, Bind *ret, Error **err);
void bind_clear(Bind *bind);
#define cleanup_bind cleanup(bind_clear)

/* Everything that can be checked before the image is known. */
int container_check(const ContainerCreate *req, Error **err);

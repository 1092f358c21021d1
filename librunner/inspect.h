/*
 * inspect: containers and images as Docker's API describes them (API 1.45, `GET
 * /containers/ID/json` and `GET /images/NAME/json`), keys in Docker's order. `inspect`, hooks and a
 * later API share it. What is ours stands under "Racker".
 *
 * Nothing here fails: what cannot be found out is empty.
 */
#pragma once

#include "libcommon/json.h"

#include "librunner/container.h"

typedef enum {
	INSPECT_SIZE = 1 << 0, /* SizeRw and SizeRootFs: walks the container's files */
	/* What running containers are asked for: the monitor for ExecIDs, the guest of a booted one
	 * for Racker.Guest.SystemState, which may take as long as guest-state.h says. */
	INSPECT_GUEST = 1 << 1,
} InspectFlags;

/* The caller owns the result. */
json_t *container_inspect_json(Runtime *rt, const Container *c, unsigned flags);
json_t *image_inspect_json(Runtime *rt, const Image *image);

/*
 * provision: makes an image bootable by its own package manager, as one more layer, once per image
 * and recipe.
 */
#pragma once

#include "librunner/container.h"
#include "librunner/runtime.h"

/* Whether to boot (design §5, `auto`), and the family that can make it bootable (NULL: none known).
 * `label` is the catalogue label the user named, or NULL. */
int boot_decide(Runtime *rt, const Image *image, const char *name, BootMode mode,
		const ContainerCreate *req, bool *ret_boot, Error **err);

/* *ret_layer is the prepared layer, or NULL when the image has an init already. Says so once through
 * rt->notice; the package manager's output goes to RACKER_ROOT/log/provision-<image>.log and is shown
 * only on failure or with rt->debug. Two callers at once do the work once. */
int provision_image(Runtime *rt, const Image *image, char **ret_layer, Error **err);

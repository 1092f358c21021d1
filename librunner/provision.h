/*
 * provision: makes an image bootable by its own package manager, as one more layer, once per image
 * and recipe.
 */
#pragma once

#include "librunner/container.h"
#include "librunner/runtime.h"

/* Whether to boot (`auto`: when the image is an operating system). The mode given comes first, then
 * the label `racker.boot` of the container, then that of the image. `name` is what the user typed,
 * which may be a label of the catalogue. */
int boot_decide(Runtime *rt, const Image *image, const char *name, BootMode mode,
		const ContainerCreate *req, bool *ret_boot, Error **err);

/* *ret_layer is the prepared layer, or NULL when the image boots as it is. Says so once through
 * rt->notice; the package manager's output goes to RACKER_ROOT/log/provision-<image>.log and is
 * shown only on failure or with rt->debug. Two callers at once do the work once. Explains an image
 * that cannot be booted: no operating system, no systemd and nobody who could install it, or a
 * systemd that cannot run on this host. */
int provision_image(Runtime *rt, const Image *image, char **ret_layer, Error **err);

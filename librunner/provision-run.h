/*
 * provision-run: runs a recipe in an image, in a mount namespace, a cgroup and a systemd-nspawn of
 * its own. What the recipe changed is left in DIR/upper.
 */
#pragma once

#include "librunner/family.h"
#include "librunner/runtime.h"

typedef struct ProvisionRun {
	Runtime *rt;
	const Image *image;
	const char *name; /* of the image, for people */
	const Recipe *recipe; /* NULL: nothing is installed */
	const char *dir; /* below RACKER_ROOT/tmp, exists and is empty */
	const char *log; /* where the output goes, made anew */
} ProvisionRun;

/* With rt->debug the output is shown by rt->notice as it comes, on failure its last lines are. */
int provision_run(const ProvisionRun *run, Error **err);

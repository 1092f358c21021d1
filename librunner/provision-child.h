/*
 * provision-child: the part of provision_run() that needs a mount namespace of its own, for the
 * child process made for it.
 */
#pragma once

#include "librunner/provision-run.h"

/* Mounts the image, runs the recipe, neutralises. Output goes to stdout and stderr. SIGTERM, SIGINT
 * and SIGHUP end the recipe and give -EINTR; they stay blocked. */
int provision_child(const ProvisionRun *run, Error **err);

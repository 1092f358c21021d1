/*
 * run-complete: parts of run_flags_complete(); private to it.
 */
#pragma once

#include "librunner/options/run-flags.h"

/* -p and --expose. */
int run_complete_ports(RunFlags *f, Error **err);
/* --network, and the flags about the first network. */
int run_complete_networks(RunFlags *f, Error **err);

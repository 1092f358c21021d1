/*
 * run-dir: gives a plain container the /run of its image. systemd-nspawn covers it with a tmpfs;
 * what the user bound below /run is kept and moved over.
 */
#pragma once

#include "librunner/init/mountinfo.h"

/* Every mount must be private already. Afterwards the socket's directory is gone from the tree. */
void run_dir_restore(const Mounts *m);

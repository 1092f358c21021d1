/*
 * files: what a container gets from us before it starts: hostname, hosts and resolv.conf, the
 * settings of a guest's manager, its journal, and the directory with racker-init and its socket.
 */
#pragma once

#include "librunner/monitor/binds.h"

/* Makes the directory that the guest sees, with racker-init and the socket it connects to. */
int files_open_guest_dir(Monitor *m, Error **err);
/* Before the run-time directory is removed. */
void files_close_guest_dir(Monitor *m);
/* Writes the files and adds their binds, where the user has not put something else. */
int files_add(Monitor *m, Binds *b, MountPlan *plan, Error **err);

/*
 * enter-stopped: a shell, or a command, in the root of a container that does not run, to look at it
 * and to repair it.
 *
 * Nothing of the container is started. The command runs as root in a systemd-nspawn of its own,
 * because what it executes is the container's and may be hostile: with the network and the binds of
 * the container, its control group, and for plain containers no more capabilities than Docker's.
 */
#pragma once

#include "librunner/container.h"

/* Our own standard streams are the command's. `argv` NULL: a login shell. Returns its exit status.
 * -ENOENT and -EACCES: there is no such command (status 127), or it cannot be run (126). The
 * container cannot be started before it ends. */
int container_enter_stopped(Runtime *rt, const Container *c, char *const *argv, Error **err);

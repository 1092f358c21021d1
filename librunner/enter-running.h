/*
 * enter-running: a shell, or a command, in a running container, without the help of its monitor or
 * of anything in it: for the sick one whose console, bus or sshd do not answer.
 *
 * The command joins the namespaces, the root and the control groups of the container's PID 1, as
 * root, with the capabilities that PID 1 may have.
 */
#pragma once

#include "librunner/container.h"

/* Our own standard streams are the command's; a terminal gets one inside. `argv` NULL: a login
 * shell. Returns its exit status. -ENOENT and -EACCES: there is no such command (status 127), or it
 * cannot be run (126). */
int container_enter_running(Runtime *rt, const Container *c, char *const *argv, Error **err);

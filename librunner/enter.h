/*
 * enter: starts racker-init inside a running plain container, for exec.
 *
 * The new process joins the container's cgroups and namespaces and is a child of ours (not of the
 * container's PID 1), so that its end is seen like that of any child. It speaks the protocol of
 * init-spec.h on one end of init_socketpair().
 */
#pragma once

#include <sys/types.h>

#include "libcommon/error.h"

/* Starts `program` (racker-init's path) in the namespaces of `leader`, with `init_fd` and `token`
 * for its command line. The container cannot get at the program's file through /proc.
 * *ret_pid is a child of the caller; *ret_pidfd may be NULL. */
int enter_container(pid_t leader, const char *program, int init_fd, const char *token,
		    pid_t *ret_pid, int *ret_pidfd, Error **err);

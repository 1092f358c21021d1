/*
 * process: processes that are not our children, held by pidfd so that a pid that is used again is
 * never mistaken for them.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

/* A pidfd for the process `pid` that started at `start` (container-state.h); -ESRCH when that one
 * is gone. */
int process_open(pid_t pid, int64_t start);
/* The bounding set of capabilities of a process, as a mask; 0 when there is none. */
uint64_t process_bounding_caps(pid_t pid);
/* Sends a signal; -ESRCH when it is gone. */
int process_signal(int pidfd, int sig);
/* How it ended, as waitpid(2) gives a status, also when somebody else has reaped it. -EAGAIN while
 * it runs, -EOPNOTSUPP on kernels before 6.15, which cannot tell. */
int process_wait_status(int pidfd, int *ret);
/* The exit status that Docker shows for what waitpid(2) gave: 128+n for signal n. */
int process_exit_code(int wait_status);

/* "KILL", "SIGTERM", "rtmin+4", "15": a signal's number; -EINVAL. */
int signal_from_name(const char *name);

/* reaper: racker-init as PID 1 beside the payload (--init). */
#pragma once

#include <signal.h>

/* Forks. The child returns, in a process group of its own that has the terminal, with `old` as its
 * signal mask; the parent reaps, forwards signals and exits with the child's status. */
void reaper_start(void);

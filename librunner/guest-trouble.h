/*
 * guest-trouble: what keeps a booted guest from becoming ready, for error messages. Waits a moment
 * for a guest that does not answer. Everything that comes from the guest is bounded and printable.
 */
#pragma once

#include <sys/types.h>

/* Failed units, and units that are being started: names as vectors, NULL where there are none. */
void guest_trouble_units(pid_t leader, char ***ret_failed, char ***ret_starting);

/* The last lines of the guest's journal, each behind a newline and two blanks; NULL when there is
 * none. Caller frees. */
char *guest_trouble_journal(pid_t leader);

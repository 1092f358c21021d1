/* boot: what systemd-nspawn tells while a container starts, and the words for it when it does not.
 */
#pragma once

#include "librunner/monitor/monitor.h"

/* In the run-time directory. */
#define NOTIFY_SOCKET "notify.sock"
/* In the container's directory: what systemd-nspawn and a booting guest print. */
#define CONSOLE_LOG "console.log"

/* Waits for the notifications of systemd-nspawn, not for ever. */
int boot_listen(Monitor *m, Error **err);
/* `; failed units: …; the last lines of its console: …`, as far as there is something to say. */
char *boot_diagnosis(Monitor *m);

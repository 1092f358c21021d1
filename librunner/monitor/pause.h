/*
 * pause: the container as frozen by its control group. While it is, nothing in it runs, its bus
 * included; whoever wants something of it thaws it first.
 */
#pragma once

#include "librunner/monitor/monitor.h"

int monitor_pause(Monitor *m, Error **err);
int monitor_unpause(Monitor *m, Error **err);
/* Unpauses what is paused, for a signal or a stop, as Docker. */
void monitor_thaw(Monitor *m);
/* The same for what has been killed: it stays "paused" until it is gone. */
void monitor_thaw_killed(Monitor *m);

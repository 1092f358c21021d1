/* update: gives a container that runs the limits that were written down. */
#pragma once

#include "librunner/monitor/monitor.h"

int monitor_update(Monitor *m, Error **err);

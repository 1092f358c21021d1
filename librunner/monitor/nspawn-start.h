/* nspawn-start: starts systemd-nspawn for a container whose root and files are ready. */
#pragma once

#include "librunner/monitor/binds.h"

int nspawn_start(Monitor *m, const Binds *b, Error **err);

/* log-console: what a booting guest and systemd-nspawn print on the console, as it is. */
#pragma once

#include "librunner/log-output.h"

int logs_from_console(Runtime *rt, const Container *c, int dirfd, const LogsOptions *options,
		      LogOutput *o, Error **err);

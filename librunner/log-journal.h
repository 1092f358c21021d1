/*
 * log-journal: the journal of a booted system as its log. It is a directory of the container, so it
 * can be read while the system runs and after it has ended.
 */
#pragma once

#include "librunner/log-output.h"

/* Below the container's directory: the guest's /var/log/journal. */
#define CONTAINER_JOURNAL "journal"

int logs_from_journal(Runtime *rt, const Container *c, const LogsOptions *options, LogOutput *o,
		      Error **err);

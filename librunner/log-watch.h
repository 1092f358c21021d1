/*
 * log-watch: tells who follows a log that it may have grown, and when the run of the container that
 * it belongs to has ended: also when a restart policy starts the next run, as Docker's logs do.
 */
#pragma once

#include "librunner/container.h"

typedef struct LogWatch {
	Runtime *rt;
	const Container *c;
	int changes; /* inotify on the container's directory */
	int monitor; /* a pidfd */
	char *started_at; /* of the run that is followed; NULL when it has ended */
} LogWatch;

/* Begins to watch; what is written from now on is not missed. */
int log_watch_open(Runtime *rt, const Container *c, LogWatch *ret, Error **err);
/* Waits for a change, of `fd` too unless it is -1. 1: look again; 0: the run has ended, or the time
 * `until` (nanoseconds; INT64_MAX: never) has come, and everything is written. */
int log_watch_wait(LogWatch *w, int fd, int64_t until, Error **err);
void log_watch_clear(LogWatch *w);
#define cleanup_log_watch cleanup(log_watch_clear)

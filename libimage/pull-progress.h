/*
 * pull-progress: what a pull tells its caller, as Docker's JSON lines on a descriptor. Any thread.
 * Byte counts of one layer are sent at most ten times a second.
 */
#pragma once

#include "libcommon/json.h"
#include <stdint.h>

#include "libcommon/error.h"

typedef struct PullProgress PullProgress;

/* `fd` stays the caller's; -1: nobody listens. */
PullProgress *pull_progress_new(int fd);
PullProgress *pull_progress_free(PullProgress *p);
DEFINE_CLEANUP(PullProgress, pull_progress_free)

/* {"status":…,"id":…}; `id` may be NULL. */
void pull_progress_status(PullProgress *p, const char *id, const char *status);
void pull_progress_statusf(PullProgress *p, const char *id, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The same of a layer, whose line then is one that shows progress. */
void pull_progress_layer(PullProgress *p, const char *id, const char *status);
/* `*last` is when this layer's last one was sent, 0 at first. */
void pull_progress_bytes(PullProgress *p, const char *id, const char *status, int64_t current,
			 int64_t total, uint64_t *last);
void pull_progress_warning(PullProgress *p, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* {"aux":{"ID":…}}: the pull is done. */
void pull_progress_result(PullProgress *p, const char *id);
/* {"error":…,"errorDetail":{"code":ERRNUM,"message":…}} */
void pull_progress_error(PullProgress *p, const Error *e);

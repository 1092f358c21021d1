/*
 * retry: how long to wait before a request is tried again, and whether at all. The pauses double
 * from a quarter of a second, a little spread so that many clients do not come back at once.
 */
#pragma once

#include <stdbool.h>

#include "libimage/http.h"

#define RETRY_MAX 4

typedef struct Retry {
	unsigned failures; /* in a row */
} Retry;

/* A failure of the transport that may pass. */
bool retry_transport(int r);
/* A status that may pass: 429 and the 5xx of overloaded or restarting servers. */
bool retry_status(long status);
/* Milliseconds to wait before the next try, -1: give up. `response` is NULL after a failure of the
 * transport. Counts the failure. */
int retry_pause(Retry *retry, const HttpResponse *response);
/* Sleeps; false when `cancelled` said so. */
bool retry_sleep(int ms, bool (*cancelled)(void *userdata), void *userdata);
/* Retry-After: seconds or an HTTP date. -1: none, or not understood. */
int retry_after(const char *value);

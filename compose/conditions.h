/*
 * conditions: waiting for what services depend on.
 */
#pragma once

#include "compose/engine.h"

/* What is waited for. */
#define CONDITION_STARTED "service_started"
#define CONDITION_HEALTHY "service_healthy"
#define CONDITION_COMPLETED "service_completed_successfully"
/* Of `up --wait`: healthy, or running where there is no health check. */
#define CONDITION_RUNNING_OR_HEALTHY "running_or_healthy"

typedef struct Condition {
	const char *service, *condition;
	bool required;
	bool dependent; /* somebody depends on it */
} Condition;

/* Waits for all of them, at once, and tells how they end. `deadline` in the time of now_usec(); 0:
 * none, else -ETIMEDOUT. The first that cannot come true any more is the error; what is not
 * required is told only. */
int conditions_wait(Worker *w, Compose *c, const Condition *list, size_t n, uint64_t deadline,
		    Error **err);

/*
 * health: what Docker's health checks mean: their tests, defaults, and what a result does to the
 * state of a container.
 */
#pragma once

#include "librunner/container-config.h"

#define HEALTH_STARTING "starting"
#define HEALTH_HEALTHY "healthy"
#define HEALTH_UNHEALTHY "unhealthy"

/* What is kept of a probe's output. */
#define HEALTH_MAX_OUTPUT 4096
/* Results that are kept. */
#define HEALTH_MAX_LOG 5

/* A check with its defaults filled in, in microseconds. */
typedef struct HealthPlan {
	char **argv; /* of the probe */
	uint64_t interval, timeout, start_period, start_interval;
	int64_t retries;
} HealthPlan;

/* False where the container has no check of its own (none, or {"NONE"}, or one that makes no
 * sense). */
bool health_plan(const ContainerConfig *config, HealthPlan *ret);
/* Whether it says in so many words that there is none. */
bool health_disabled(const ContainerConfig *config);
void health_plan_clear(HealthPlan *plan);

/* A container that starts. The results of the last run (`h` may be NULL) stay until there are new
 * ones. */
HealthState *health_restart(HealthState *h);
/* What does not run is not healthy. */
void health_set_status(HealthState *h, const char *status);
/* Takes a result over (its strings too). `since_start`: the probe's start, after the container's.
 */
void health_add(HealthState *h, const HealthPlan *plan, HealthResult result, uint64_t since_start);
/* How long to the next probe. */
uint64_t health_delay(const HealthState *h, const HealthPlan *plan, uint64_t since_start);

/* The health of a booted guest that has no check, from its `systemctl is-system-running`. */
const char *health_of_system(const char *system_state);
HealthState *health_free(HealthState *h);

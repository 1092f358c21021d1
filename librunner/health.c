#include "librunner/health.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"

#define NSEC_PER_USEC 1000
#define SECOND UINT64_C(1000000)
#define INTERVAL (30 * SECOND)
#define TIMEOUT (30 * SECOND)
#define START_INTERVAL (5 * SECOND)
#define RETRIES 3

static uint64_t or_default(int64_t nanoseconds, uint64_t usec)
{
	return nanoseconds > 0 ? (uint64_t)nanoseconds / NSEC_PER_USEC : usec;
}

bool health_disabled(const ContainerConfig *config)
{
	const Healthcheck *h = config->healthcheck;

	return h && h->test && h->test[0] && streq(h->test[0], "NONE");
}

static char **probe_argv(const ContainerConfig *config)
{
	char *const *test = config->healthcheck->test;
	char **argv = NULL;

	if (streq(test[0], "CMD-SHELL")) {
		if (config->shell && config->shell[0])
			argv = strv_copy(config->shell);
		else
			strv_extend(&argv, (char *[]){ (char *)"/bin/sh", (char *)"-c", NULL });
	} else if (!streq(test[0], "CMD")) {
		return NULL;
	}
	strv_extend(&argv, test + 1);
	return argv;
}

bool health_plan(const ContainerConfig *config, HealthPlan *ret)
{
	const Healthcheck *h = config->healthcheck;

	*ret = (HealthPlan){ 0 };
	if (!h || strv_length(h->test) < 2)
		return false;
	ret->argv = probe_argv(config);
	ret->interval = or_default(h->interval, INTERVAL);
	ret->timeout = or_default(h->timeout, TIMEOUT);
	ret->start_period = or_default(h->start_period, 0);
	ret->start_interval = or_default(h->start_interval, START_INTERVAL);
	ret->retries = h->retries > 0 ? h->retries : RETRIES;
	return ret->argv;
}

void health_plan_clear(HealthPlan *plan)
{
	plan->argv = strv_free(plan->argv);
}

HealthState *health_restart(HealthState *h)
{
	if (!h)
		h = xnew0(HealthState, 1);
	h->failing_streak = 0;
	health_set_status(h, HEALTH_STARTING);
	return h;
}

void health_set_status(HealthState *h, const char *status)
{
	free(h->status);
	h->status = xstrdup(status);
}

static void result_clear(HealthResult *r)
{
	free(r->start);
	free(r->end);
	free(r->output);
}

void health_add(HealthState *h, const HealthPlan *plan, HealthResult result, uint64_t since_start)
{
	if (h->n_log >= HEALTH_MAX_LOG) {
		result_clear(&h->log[0]);
		h->n_log--;
		memmove(h->log, h->log + 1, h->n_log * sizeof(*h->log));
	}
	h->log = xreallocarray(h->log, h->n_log + 1, sizeof(*h->log));
	h->log[h->n_log++] = result;
	if (result.exit_code == 0) {
		h->failing_streak = 0;
		health_set_status(h, HEALTH_HEALTHY);
		return;
	}
	if (streq(h->status, HEALTH_STARTING) && since_start < plan->start_period)
		return;
	if (++h->failing_streak >= plan->retries)
		health_set_status(h, HEALTH_UNHEALTHY);
}

uint64_t health_delay(const HealthState *h, const HealthPlan *plan, uint64_t since_start)
{
	return since_start < plan->start_period && streq(h->status, HEALTH_STARTING)
		       ? plan->start_interval
		       : plan->interval;
}

const char *health_of_system(const char *system_state)
{
	if (streq(system_state, "running"))
		return HEALTH_HEALTHY;
	if (streq(system_state, "initializing") || streq(system_state, "starting"))
		return HEALTH_STARTING;
	return HEALTH_UNHEALTHY;
}

HealthState *health_free(HealthState *h)
{
	if (!h)
		return NULL;
	for (size_t i = 0; i < h->n_log; i++)
		result_clear(&h->log[i]);
	free(h->log);
	free(h->status);
	free(h);
	return NULL;
}

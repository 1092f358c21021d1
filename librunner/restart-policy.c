#include "librunner/restart-policy.h"

#include "libcommon/str.h"
#include "librunner/container-state.h"

#define DELAY_FIRST_USEC UINT64_C(100000)
#define DELAY_MAX_USEC UINT64_C(60000000)
/* A container that has run that long is well. */
#define WELL_USEC UINT64_C(10000000)

bool restart_wanted(const RestartPolicy *policy, const ContainerState *state, int exit_code)
{
	const char *name = policy->name ? policy->name : "";

	if (streq(name, "always"))
		return true;
	if (streq(name, "unless-stopped"))
		return !state->manually_stopped;
	if (!streq(name, "on-failure") || exit_code == 0)
		return false;
	return policy->maximum_retry_count <= 0 ||
	       state->restart_count < policy->maximum_retry_count;
}

bool restart_wanted_at_boot(const Container *c)
{
	if (c->racker.disabled || container_is_running(c) || str_empty(c->state.started_at) ||
	    streq(c->state.started_at, TIMESTAMP_ZERO))
		return false;
	return restart_wanted(&c->host.restart, &c->state, (int)c->state.exit_code);
}

uint64_t restart_delay(uint64_t last, uint64_t ran_usec)
{
	if (!last || ran_usec >= WELL_USEC)
		return DELAY_FIRST_USEC;
	return last * 2 < DELAY_MAX_USEC ? last * 2 : DELAY_MAX_USEC;
}

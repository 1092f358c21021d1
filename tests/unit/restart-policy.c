#include "librunner/restart-policy.h"

#include "tests/tap.h"

static bool wanted(const char *name, int64_t max, int64_t count, bool stopped, int code)
{
	RestartPolicy p = { .name = (char *)(uintptr_t)name, .maximum_retry_count = max };
	ContainerState s = { .restart_count = count, .manually_stopped = stopped };

	return restart_wanted(&p, &s, code);
}

static bool at_boot(const char *name, bool disabled, const char *started, const char *status)
{
	Container c = { .host.restart.name = (char *)(uintptr_t)name,
			.racker.disabled = disabled,
			.state.started_at = (char *)(uintptr_t)started,
			.state.status = (char *)(uintptr_t)status,
			.state.exit_code = 137 };

	return restart_wanted_at_boot(&c);
}

int main(void)
{
	const char *time = "2024-01-01T00:00:00Z";

	check(!wanted(NULL, 0, 0, false, 1));
	check(!wanted("", 0, 0, false, 1));
	check(!wanted("no", 0, 0, false, 1));
	check(wanted("always", 0, 100, true, 0));
	check(wanted("unless-stopped", 0, 100, false, 0));
	check(!wanted("unless-stopped", 0, 0, true, 1));
	check(wanted("on-failure", 0, 1000, false, 1));
	check(!wanted("on-failure", 0, 0, false, 0));
	check(wanted("on-failure", 3, 2, false, 1));
	check(!wanted("on-failure", 3, 3, false, 1));

	check(at_boot("always", false, time, "exited"));
	check(at_boot("on-failure", false, time, "exited"));
	check(!at_boot("always", true, time, "exited"));
	check(!at_boot("always", false, time, "running"));
	check(!at_boot("always", false, "0001-01-01T00:00:00Z", "created"));
	check(!at_boot("always", false, NULL, "created"));

	check(restart_delay(0, 0) == 100000);
	check(restart_delay(100000, 0) == 200000);
	check(restart_delay(51200000, 0) == 60000000);
	check(restart_delay(60000000, 0) == 60000000);
	check(restart_delay(60000000, 10000000) == 100000);
	return tap_done();
}

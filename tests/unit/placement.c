#include "librunner/placement.h"
#include "libcommon/alloc.h"
#include "tests/tap.h"

static void base_is(const char *dir, const char *want)
{
	cleanup_free char *got = placement_base(dir);

	check_str(got, want);
}

int main(void)
{
	static const char unit[] = "/sys/fs/cgroup/machine.slice/racker-0123456789ab.service";

	base_is("/sys/fs/cgroup/machine.slice/racker-0123456789ab.service/monitor", unit);
	/* Not ours to go up from. */
	base_is(unit, unit);
	base_is("/sys/fs/cgroup", "/sys/fs/cgroup");
	base_is("/sys/fs/cgroup/monitor", "/sys/fs/cgroup/monitor");
	base_is("/sys/fs/cgroup/system.slice/prometheus.service/monitor",
		"/sys/fs/cgroup/system.slice/prometheus.service/monitor");
	base_is("/a/racker-0123456789ab.scope/monitor", "/a/racker-0123456789ab.scope/monitor");
	base_is("/monitor", "/monitor");
	base_is("", "");
	return tap_done();
}

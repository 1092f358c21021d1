#include "librunner/cgroup-hierarchy.h"

#include "libcommon/str.h"
#include "tests/tap.h"

static void check_places(const char *cgroup, const char *mountinfo, const char *want)
{
	cleanup_strv char **places = hierarchies_parse(cgroup, mountinfo);
	cleanup_free char *got = strv_join(places, " ");

	check_str(got, want);
}

int main(void)
{
	static const char hybrid[] =
		"25 20 0:22 / /sys rw,nosuid - sysfs sysfs rw\n"
		"30 25 0:30 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup "
		"rw,cpu,cpuacct\n"
		"31 25 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
		"32 25 0:32 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n"
		"33 25 0:33 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";
	static const char v2[] = "30 25 0:30 / /sys/fs/cgroup rw shared:9 - cgroup2 cgroup2 rw\n";
	static const char part[] =
		"30 25 0:30 /docker/abc /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";

	check_places(
		"9:name=systemd:/\n4:memory:/job/1\n2:cpu,cpuacct:/\n7:pids:/\n0::/u\n", hybrid,
		"/sys/fs/cgroup/systemd /sys/fs/cgroup/memory/job/1 /sys/fs/cgroup/cpu,cpuacct "
		"/sys/fs/cgroup/unified/u");
	check_places("0::/user.slice/session-1.scope\n", v2,
		     "/sys/fs/cgroup/user.slice/session-1.scope");
	check_places("0::/\n", v2, "/sys/fs/cgroup");
	check_places("0::/docker/abc/x\n", part, "/sys/fs/cgroup/x");
	check_places("0::/docker/abc\n", part, "/sys/fs/cgroup");
	check_places("0::/docker/abcd\n", part, "/sys/fs/cgroup");
	check_places("0::/../other\n", v2, "/sys/fs/cgroup");
	check_places("garbage\n::\n\n", "garbage\n- - -\n", "");
	return tap_done();
}

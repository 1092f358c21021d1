#include "librunner/devices.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "libcommon/fs.h"
#include "librunner/rlimits.h"
#include "tests/tap.h"

static void check_error(const char *path, const char *want)
{
	DeviceMapping m = { .path_on_host = (char *)path };
	HostConfig host = { .devices = &m, .n_devices = 1 };
	cleanup_devices Devices d = { 0 };
	cleanup_error Error *e = NULL;

	check_int(devices_collect(&host, &d, &e) < 0, 1);
	check_str(e ? e->msg : NULL, want);
}

static void test_nodes(void)
{
	DeviceMapping m[] = { { .path_on_host = (char *)"/dev/null",
				.path_in_container = (char *)"/dev/other",
				.cgroup_permissions = (char *)"rw" },
			      { .path_on_host = (char *)"/dev/zero" } };
	char *rules[] = { (char *)"c 10:* rm", (char *)"a *:* w", NULL };
	HostConfig host = { .devices = m, .n_devices = 2, .device_cgroup_rules = rules };
	cleanup_devices Devices d = { 0 };
	cleanup_strv char **spec = NULL;
	struct stat st;

	check_int(devices_collect(&host, &d, NULL), 0);
	check_int(d.n, 2);
	check_int(d.n_rules, 4);
	check(d.rules[0].access == (DEVICE_READ | DEVICE_WRITE));
	check(d.rules[0].type == 'c' && d.rules[0].major == 1 && d.rules[0].minor == 3);
	check(d.rules[1].access == (DEVICE_READ | DEVICE_WRITE | DEVICE_MKNOD));
	check(d.rules[2].minor == DEVICE_ANY && d.rules[2].access == (DEVICE_READ | DEVICE_MKNOD));
	check(d.rules[3].type == 'a' && d.rules[3].major == DEVICE_ANY);
	check(!d.all);
	spec = devices_spec(&d);
	if (stat("/dev/null", &st) == 0 && (st.st_mode & 0777) == 0666)
		check_str(spec[0], "c 1 3 666 0 0 /dev/other");
}

static void test_rlimits(void)
{
	Ulimit limits[] = { { (char *)"nofile", 200, 100 }, { (char *)"core", -1, 0 } };
	HostConfig host = { .ulimits = limits, .n_ulimits = 2 };
	cleanup_strv char **spec = rlimits_spec(&host), **nspawn = rlimits_nspawn(&host);
	cleanup_strv char **manager = rlimits_manager(&host);

	check_str(spec[0], "7 100 200 nofile");
	check_str(spec[1], "4 0 18446744073709551615 core");
	check_str(nspawn[0], "NOFILE=100:200");
	check_str(nspawn[1], "CORE=0:infinity");
	check_str(manager[1], "DefaultLimitCORE=0:infinity");
}

int main(void)
{
	char *wrong[] = { (char *)"c 10 rw", NULL };

	test_nodes();
	test_rlimits();
	check_error("/nosuch", "error gathering device information while adding custom device "
			       "\"/nosuch\": no such file or directory");
	check_error("/etc/passwd", "error gathering device information while adding custom device "
				   "\"/etc/passwd\": not a device node");
	check_int(devices_collect(&(HostConfig){ .device_cgroup_rules = wrong }, &(Devices){ 0 },
				  NULL),
		  -EINVAL);
	return tap_done();
}

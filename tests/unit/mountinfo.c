#include "librunner/init/mountinfo.c"
#include "tests/tap.h"

int main(void)
{
	Mounts m;

	check(mounts_parse(strdup("1 0 8:1 / / rw - ext4 /dev/sda rw\n"
				  "2 1 0:5 / /a\\040b\\134c rw shared:2 - tmpfs tmpfs rw\n"
				  "3 1 0:6 / /run/x\\\n"
				  "cut\n"),
			   &m));
	check_int((long long)m.n, 3);
	check_str(m.points[0], "/");
	check_str(m.points[1], "/a b\\c");
	check_str(m.points[2], "/run/x\\");
	check(!m.points[3]);
	mounts_clear(&m);
	check(mounts_parse(strdup(""), &m));
	check_int((long long)m.n, 0);
	mounts_clear(&m);
	check(mounts_read(&m));
	check(m.n > 0);
	mounts_clear(&m);
	check(path_within("/run/x", "/run"));
	check(path_within("/run", "/run"));
	check(!path_within("/running", "/run"));
	return tap_done();
}

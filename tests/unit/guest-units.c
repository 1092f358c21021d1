#include "librunner/guest-units.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "libcommon/fs.h"
#include "tests/tap.h"

static void check_link(int dir, const char *path)
{
	char target[32] = "";
	ssize_t n = readlinkat(dir, path, target, sizeof(target) - 1);

	check_int(n, 9);
	check_str(target, "/dev/null");
}

int main(void)
{
	char dir[] = "/tmp/guest-units.XXXXXX";
	cleanup_fd int fd = fs_open_dir(AT_FDCWD, mkdtemp(dir));

	(void)umask(077);
	check_int(guest_units_write(fd, NULL), 0);
	check_link(fd, GUEST_UNITS_DIR "/getty.target.wants/console-getty.service");
	check_link(fd, GUEST_UNITS_DIR "/timers.target.wants/apt-daily.timer");
	check_link(fd, GUEST_GENERATORS_DIR "/systemd-getty-generator");
	check(faccessat(fd, GUEST_GENERATORS_DIR "/systemd-fstab-generator", F_OK,
			AT_SYMLINK_NOFOLLOW) < 0);
	/* Only what pulls a unit in is hidden: no unit file of its own is there. */
	check(faccessat(fd, GUEST_UNITS_DIR "/apt-daily.timer", F_OK, AT_SYMLINK_NOFOLLOW) < 0);
	check(faccessat(fd, GUEST_UNITS_DIR "/run-systemd-system.control.mount.d/50-racker.conf",
			F_OK, 0) == 0);
	check_int(guest_units_keep_mounted(fd, "/.a//b-c d\xc3\xa4/", NULL), 0);
	check(faccessat(fd,
			GUEST_UNITS_DIR "/\\x2ea-b\\x2dc\\x20d\\xc3\\xa4.mount.d/50-racker.conf",
			F_OK, 0) == 0);
	check_int(guest_units_keep_mounted(fd, "/", NULL), 0);
	check(faccessat(fd, GUEST_UNITS_DIR "/-.mount.d/50-racker.conf", F_OK, 0) == 0);
	/* A guest's leftovers do not stay. */
	check_int(symlinkat("/etc", fd, GUEST_UNITS_DIR "/evil.wants"), 0);
	check_int(guest_units_write(fd, NULL), 0);
	check(faccessat(fd, GUEST_UNITS_DIR "/evil.wants", F_OK, AT_SYMLINK_NOFOLLOW) < 0);
	check_int(fs_remove_tree(AT_FDCWD, dir), 0);
	return tap_done();
}

/* Trees that change their owner or label; tests of owners need root. */
#include "librunner/tree-change.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "tests/tap.h"

static void check_owner(int dir, const char *name, uid_t uid)
{
	struct stat st;

	check_int(fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW), 0);
	check_int(st.st_uid, uid);
}

int main(void)
{
	char dir[] = "/tmp/tree-change.XXXXXX", outside[] = "/tmp/tree-outside.XXXXXX", text[64];
	cleanup_fd int fd = -1;
	ssize_t n;
	int r;

	if (!mkdtemp(dir) || !mkdtemp(outside))
		return 1;
	fd = fs_open_dir(AT_FDCWD, dir);
	check_int(fs_mkdir_p(fd, "a/b", 0755), 0);
	check_int(fs_write_atomic(fd, "a/b/file", "x", 1, 0644, 0), 0);
	check_int(symlinkat(outside, fd, "a/link"), 0);
	if (geteuid() == 0) {
		check_int(tree_chown(fd, 1234, 1235), 0);
		check_owner(fd, ".", 1234);
		check_owner(fd, "a/b/file", 1234);
		check_owner(fd, "a/link", 1234);
		check_owner(AT_FDCWD, outside, 0);
		r = tree_label(fd, "label");
		if (r >= 0) {
			cleanup_fd int file = openat(fd, "a/b/file", O_RDONLY | O_CLOEXEC);

			n = fgetxattr(file, "security.selinux", text, sizeof(text));
			check_int(n, (long long)sizeof("label"));
			check(lgetxattr(outside, "security.selinux", text, sizeof(text)) < 0 ||
			      strcmp(text, "label") != 0);
		} else {
			check_int(r, -ENOTSUP);
		}
	}
	(void)fs_remove_tree(AT_FDCWD, dir);
	(void)fs_remove_tree(AT_FDCWD, outside);
	return tap_done();
}

#include "librunner/rootfs.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"

const char rootfs_os_release[] = "ID=linux\nNAME=Linux\nPRETTY_NAME=Linux\n";

static bool exists_in(int root, const char *path)
{
	cleanup_fd int fd = fs_open_in_root(root, path, O_PATH, 0);

	return fd >= 0;
}

static int write_new(int dir, const char *name, const char *text)
{
	cleanup_fd int fd =
		openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);

	if (fd < 0 || fchmod(fd, 0644) < 0)
		return -errno;
	return fd_write_all(fd, text, strlen(text));
}

/* A directory of the root, made when nothing is there; links are followed inside the root. */
static int open_dir(int root, const char *name)
{
	if (mkdirat(root, name, 0755) == 0 && fchmodat(root, name, 0755, 0) < 0)
		return -errno;
	return fs_open_in_root(root, name, O_RDONLY | O_DIRECTORY, 0);
}

static int make_os_release(int root)
{
	cleanup_fd int usr = -1, lib = -1;

	if (exists_in(root, "etc/os-release") || exists_in(root, "usr/lib/os-release"))
		return 0;
	usr = open_dir(root, "usr");
	if (usr < 0)
		return usr;
	(void)mkdirat(usr, "lib", 0755);
	lib = fs_open_in_root(root, "usr/lib", O_RDONLY | O_DIRECTORY, 0);
	if (lib < 0)
		return lib;
	return write_new(lib, "os-release", rootfs_os_release);
}

/* What is no regular file in /etc makes way for an empty one. */
static int make_plain(int etc, const char *name)
{
	struct stat st;

	if (fstatat(etc, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode))
		return 0;
	if (unlinkat(etc, name, 0) < 0 && errno != ENOENT)
		return -errno;
	return write_new(etc, name, "");
}

int rootfs_complete(const char *root, bool boot, Error **err)
{
	static const char *const names[] = { "hostname", "hosts", "resolv.conf" };
	cleanup_fd int fd = fs_open_dir(AT_FDCWD, root), etc = -1, usr = -1;
	int r;

	if (fd < 0)
		return error_errno(err, -fd, "open %s", root);
	usr = open_dir(fd, "usr");
	if (usr < 0)
		return error_errno(err, -usr, "make /usr in the image");
	etc = open_dir(fd, "etc");
	if (etc < 0)
		return error_errno(err, -etc, "make /etc in the image");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		r = make_plain(etc, names[i]);
		if (r < 0)
			return error_errno(err, -r, "make /etc/%s in the image", names[i]);
	}
	r = boot ? make_os_release(fd) : 0;
	return r < 0 ? error_errno(err, -r, "make /usr/lib/os-release in the image") : 0;
}

int rootfs_write_hostname(const char *root, const char *hostname, Error **err)
{
	cleanup_fd int fd = fs_open_dir(AT_FDCWD, root), etc = -1;
	cleanup_free char *line = xasprintf("%s\n", hostname);
	int r;

	if (fd < 0)
		return error_errno(err, -fd, "open %s", root);
	etc = open_dir(fd, "etc");
	r = etc < 0 ? etc : fs_write_atomic(etc, "hostname", line, strlen(line), 0644, 0);
	return r < 0 ? error_errno(err, -r, "write /etc/hostname") : 0;
}

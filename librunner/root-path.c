#include "librunner/root-path.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"

/* One level below a directory that is there; the kernel resolves links of `path` again. */
static int make_level(int rootfd, int parent, const char *path, const char *name, mode_t mode)
{
	if (mkdirat(parent, name, mode) < 0)
		return errno == EEXIST ? -ENOENT : -errno;
	if (fchmodat(parent, name, mode, 0) < 0)
		return -errno;
	return fs_open_in_root(rootfd, path, O_PATH | O_DIRECTORY, 0);
}

int root_make_dir(int rootfd, const char *path, mode_t mode)
{
	cleanup_free char *so_far = xstrdup("/");
	cleanup_strv char **names = strv_split(path, '/');
	cleanup_fd int fd = fs_open_in_root(rootfd, "/", O_PATH | O_DIRECTORY, 0);

	STRV_FOREACH(name, names) {
		char *next;
		int r;

		if (!**name || streq(*name, "."))
			continue;
		if (fd < 0)
			break;
		next = xasprintf("%s/%s", so_far, *name);
		free(so_far);
		so_far = next;
		r = fs_open_in_root(rootfd, so_far, O_PATH | O_DIRECTORY, 0);
		if (r == -ENOENT)
			r = make_level(rootfd, fd, so_far, *name, mode);
		(void)fd_close(fd);
		fd = r;
	}
	return steal_fd(&fd);
}

int root_make_file(int rootfd, const char *path, mode_t mode)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	cleanup_free char *parent = slash ? xstrndup(path, (size_t)(slash - path)) : xstrdup("");
	cleanup_fd int fd = fs_open_in_root(rootfd, path, O_PATH, 0), dir = -1, made = -1;

	if (fd != -ENOENT)
		return steal_fd(&fd);
	dir = root_make_dir(rootfd, parent, 0755);
	if (dir < 0)
		return dir;
	made = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (made < 0 || fchmod(made, mode) < 0)
		return -errno;
	return fs_open_in_root(rootfd, path, O_PATH, 0);
}

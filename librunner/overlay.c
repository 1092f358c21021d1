#include "librunner/overlay.h"

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include "libcommon/str.h"

bool overlay_is_whiteout(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(0, 0);
}

bool overlay_is_opaque(int fd)
{
	char value = 0;

	return (fgetxattr(fd, "trusted.overlay.opaque", &value, 1) == 1 ||
		fgetxattr(fd, "user.overlay.opaque", &value, 1) == 1) &&
	       value == 'y';
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int directory_names(int fd, char ***ret)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), errnum = errno;
	cleanup_dir DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	cleanup_strv char **names = NULL;
	struct dirent *e;

	if (copy < 0)
		return -errnum;
	if (!dir) {
		(void)fd_close(copy);
		return -errno;
	}
	while ((errno = 0, e = readdir(dir)))
		if (!streq(e->d_name, ".") && !streq(e->d_name, ".."))
			strv_add(&names, e->d_name);
	if (errno)
		return -errno;
	if (names)
		qsort(names, strv_length(names), sizeof(*names), by_bytes);
	*ret = steal(&names);
	return 0;
}

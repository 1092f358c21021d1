#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int fs_names(int fd, char ***ret)
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

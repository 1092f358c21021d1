#include "librunner/file-data.h"

#include <errno.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/xattr.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"

#define CHUNK ((size_t)1 << 30)
/* What the kernel allows for all names, and for one value. */
#define MAX_XATTRS 65536
#define OPAQUE "trusted.overlay.opaque"

/* One piece between holes. copy_file_range(2) shares blocks and works below one file system;
 * sendfile(2) does the rest without a copy through this process. */
static int copy_range(int from, int to, off_t start, off_t end)
{
	off_t in = start, out = start;
	bool by_range = true;

	while (in < end) {
		size_t want = (size_t)(end - in) < CHUNK ? (size_t)(end - in) : CHUNK;
		ssize_t n;

		if (by_range) {
			n = copy_file_range(from, &in, to, &out, want, 0);
		} else {
			n = sendfile(to, from, &in, want);
		}
		if (n < 0 && by_range &&
		    (errno == EXDEV || errno == EINVAL || errno == EOPNOTSUPP || errno == ENOSYS)) {
			by_range = false;
			if (lseek(to, out, SEEK_SET) < 0)
				return -errno;
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		/* It has become shorter meanwhile; /proc's files are of size 0 and not here. */
		if (n == 0)
			return 0;
	}
	return 0;
}

int file_copy_data(int from, int to, int64_t size)
{
	off_t data = 0, hole;
	int r;

	if (size == 0)
		return 0;
	if (ioctl(to, FICLONE, from) == 0)
		return ftruncate(to, size) < 0 ? -errno : 0;
	while (data < size) {
		data = lseek(from, data, SEEK_DATA);
		if (data < 0 && errno == ENXIO)
			break;
		if (data < 0)
			data = 0, hole = size;
		else
			hole = lseek(from, data, SEEK_HOLE);
		if (hole < 0 || hole > size)
			hole = size;
		r = data < hole ? copy_range(from, to, data, hole) : 0;
		if (r < 0)
			return r;
		data = hole;
	}
	return ftruncate(to, size) < 0 ? -errno : 0;
}

static bool wanted(const char *name, TreeXattrs which)
{
	if (which == XATTRS_ALL)
		return !startswith(name, "trusted.overlay.") || streq(name, OPAQUE);
	if (which == XATTRS_CAPABILITY)
		return streq(name, "security.capability");
	return !startswith(name, "trusted.overlay.") && !startswith(name, "user.overlay.") &&
	       !streq(name, "security.selinux") && !streq(name, "system.nfs4_acl");
}

static int copy_xattr(const char *from, const char *to, const char *name, char *value)
{
	ssize_t n = getxattr(from, name, value, MAX_XATTRS);

	if (n < 0)
		return errno == ENODATA ? 0 : -errno;
	if (setxattr(to, name, value, (size_t)n, 0) == 0)
		return 0;
	/* Links and devices have no user attributes, some file systems none at all. A capability
	 * that is lost would be a program that fails later. */
	if ((errno == ENOTSUP || errno == EPERM) && !streq(name, "security.capability"))
		return 0;
	return -errno;
}

int file_copy_xattrs(int from, int to, TreeXattrs which)
{
	/* A descriptor's link in /proc stands for the file itself, also for a link that is held by
	 * O_PATH. */
	cleanup_free char *source = xasprintf("/proc/self/fd/%d", from);
	cleanup_free char *target = xasprintf("/proc/self/fd/%d", to);
	char small[1024];
	cleanup_free char *list = NULL, *value = NULL;
	ssize_t n = listxattr(source, small, sizeof(small));
	const char *names = small;
	int r = 0;

	if (n < 0 && errno == ERANGE) {
		list = xmalloc(MAX_XATTRS);
		n = listxattr(source, list, MAX_XATTRS);
		names = list;
	}
	if (n < 0)
		return errno == ENOTSUP || errno == EPERM ? 0 : -errno;
	if (n > 0)
		value = xmalloc(MAX_XATTRS);
	for (const char *p = names; r >= 0 && p < names + n; p += strlen(p) + 1)
		if (wanted(p, which))
			r = copy_xattr(source, target, p, value);
	return r;
}

/* The end of what rootfs_mount() made, and of everything that was mounted on it. */
#include <fcntl.h>
#include <sys/mount.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/rootfs.h"

#define MAX_MOUNTINFO (8 << 20)
/* Of /proc/self/mountinfo. */
#define FIELD_POINT 4

/* Blanks and the like are octal there. In place. */
static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++) {
		if (s[0] == '\\' && s[1] && s[2] && s[3]) {
			*to++ = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0'));
			s += 3;
		} else {
			*to++ = *s;
		}
	}
	*to = '\0';
}

/* The mount points below `dir`, in the order they were made. */
static int mounts_below(const char *dir, char ***ret)
{
	cleanup_strbuf Strbuf text = STRBUF_INIT;
	cleanup_strv char **lines = NULL;
	cleanup_free char *prefix = xasprintf("%s/", dir);
	int r = fs_read_file(AT_FDCWD, "/proc/self/mountinfo", MAX_MOUNTINFO, &text);

	if (r < 0)
		return r;
	lines = strv_split(text.data ? text.data : "", '\n');
	STRV_FOREACH(line, lines) {
		cleanup_strv char **fields = strv_split(*line, ' ');

		if (strv_length(fields) <= FIELD_POINT)
			continue;
		unescape(fields[FIELD_POINT]);
		if (startswith(fields[FIELD_POINT], prefix))
			strv_add(ret, fields[FIELD_POINT]);
	}
	return 0;
}

int rootfs_release(const char *dir, Error **err)
{
	cleanup_strv char **points = NULL;
	/* The kernel's mark of a volatile overlay that was not unmounted in order. */
	cleanup_free char *mark = xasprintf("%s/work/work/incompat", dir);
	int r = mounts_below(dir, &points);

	if (r < 0)
		return error_errno(err, -r, "read /proc/self/mountinfo");
	/* The working directory is in the way where rootfs_mount() left it. */
	if (chdir("/") < 0)
		return error_errno(err, errno, "change to /");
	for (size_t n = strv_length(points); n-- > 0;)
		/* What an ephemeral container has written stays for its next run. */
		if (!endswith(points[n], "/memory") && umount2(points[n], UMOUNT_NOFOLLOW) < 0 &&
		    umount2(points[n], MNT_DETACH | UMOUNT_NOFOLLOW) < 0 && errno != EINVAL &&
		    errno != ENOENT)
			return error_errno(err, errno, "unmount %s", points[n]);
	(void)fs_remove_tree(AT_FDCWD, mark);
	return 0;
}

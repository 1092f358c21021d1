#include "librunner/tree-change.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "libcommon/fs.h"
#include "libcommon/str.h"

/* Each level holds a descriptor. */
#define MAX_DEPTH 480

typedef struct Change {
	const char *label; /* NULL: owner and group */
	uid_t uid;
	gid_t gid;
	dev_t device;
	unsigned depth;
} Change;

static int change_one(const Change *c, int fd, const struct stat *st)
{
	char path[32];

	if (!c->label) {
		if (st->st_uid == c->uid && st->st_gid == c->gid)
			return 0;
		return fchownat(fd, "", c->uid, c->gid, AT_EMPTY_PATH) < 0 ? -errno : 0;
	}
	/* There is no call that labels a link by its descriptor; links are not labelled. */
	if (S_ISLNK(st->st_mode))
		return 0;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return setxattr(path, "security.selinux", c->label, strlen(c->label) + 1, 0) < 0 ? -errno
											 : 0;
}

static int change(Change *c, int fd);

static int change_entries(Change *c, int fd)
{
	cleanup_fd int dir = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_strv char **names = NULL;
	int r = dir < 0 ? -errno : fs_names(dir, &names);

	STRV_FOREACH(name, names) {
		cleanup_fd int entry = openat(dir, *name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

		if (r < 0)
			break;
		if (entry < 0)
			r = errno == ENOENT ? 0 : -errno;
		else
			r = change(c, entry);
	}
	return r;
}

static int change(Change *c, int fd)
{
	struct stat st;
	int r;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_dev != c->device)
		return 0;
	r = change_one(c, fd, &st);
	if (r < 0 || !S_ISDIR(st.st_mode))
		return r;
	if (c->depth >= MAX_DEPTH)
		return -ELOOP;
	c->depth++;
	r = change_entries(c, fd);
	c->depth--;
	return r;
}

static int change_all(Change *c, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	c->device = st.st_dev;
	return change(c, fd);
}

int tree_chown(int fd, uid_t uid, gid_t gid)
{
	Change c = { .uid = uid, .gid = gid };

	return change_all(&c, fd);
}

int tree_label(int fd, const char *label)
{
	Change c = { .label = label };

	return change_all(&c, fd);
}

const char *tree_container_label(void)
{
	return access("/sys/fs/selinux/enforce", F_OK) == 0
		       ? "system_u:object_r:container_file_t:s0"
		       : NULL;
}

#include "librunner/init/run-dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "librunner/init/channel.h"
#include "librunner/init/text.h"

/* Where a mount waits: /dev is a tmpfs of the container, so the image never sees the place. */
static const char *waiting_place(Text *t, size_t i)
{
	t->n = 0;
	text_add(t, "/dev/.racker-");
	text_add_number(t, i);
	return t->s;
}

/* A mount of the user's, and not one that goes along with its parent. */
static bool is_users(const Mounts *m, size_t i)
{
	const char *path = m->points[i];

	if (!path_within(path, "/run") || strcmp(path, "/run") == 0 ||
	    path_within(path, "/run/host") || path_within(path, INIT_GUEST_DIR))
		return false;
	for (size_t k = 0; k < i; k++)
		if (strcmp(m->points[k], "/run") != 0 && path_within(m->points[k], "/run") &&
		    path_within(path, m->points[k]))
			return false;
	return true;
}

static void put_aside(const char *path, size_t i)
{
	Text t;
	const char *place = waiting_place(&t, i);
	struct stat st;
	int r;

	if (stat(path, &st) < 0)
		fail_errno(125, "stat ", path, NULL);
	if (S_ISDIR(st.st_mode))
		r = mkdir(place, 0700);
	else
		r = mknod(place, S_IFREG | 0600, 0);
	if (r < 0 || mount(path, place, NULL, MS_BIND | MS_REC, NULL) < 0)
		fail_errno(125, "keep the mount ", path, NULL);
}

static int open_child(int dir, const char *name, bool directory)
{
	int flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;

	if (directory) {
		(void)mkdirat(dir, name, 0755);
		return openat(dir, name, flags | O_DIRECTORY);
	}
	(void)mknodat(dir, name, S_IFREG | 0644, 0);
	return openat(dir, name, flags);
}

/* Makes a mount point, following no link: the image must not choose another place. */
static int open_mount_point(const char *path, bool directory)
{
	int dir = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	for (path += strspn(path, "/"); *path && dir >= 0;) {
		size_t n = strcspn(path, "/");
		const char *next = path + n + strspn(path + n, "/");
		char *name = strndup(path, n);
		int parent = dir;

		dir = name ? open_child(parent, name, *next || directory) : -1;
		(void)close(parent);
		free(name);
		path = next;
	}
	return dir;
}

static void put_back(const char *path, size_t i)
{
	Text from, to = { .n = 0 };
	const char *place = waiting_place(&from, i);
	struct stat st;
	int fd;

	if (stat(place, &st) < 0)
		fail_errno(125, "restore the mount ", path, NULL);
	fd = open_mount_point(path, S_ISDIR(st.st_mode));
	if (fd < 0)
		fail_errno(125, "make the mount point ", path, NULL);
	text_add(&to, "/proc/self/fd/");
	text_add_number(&to, (uint64_t)fd);
	if (mount(place, to.s, NULL, MS_MOVE, NULL) < 0)
		fail_errno(125, "restore the mount ", path, NULL);
	(void)close(fd);
	(void)(S_ISDIR(st.st_mode) ? rmdir(place) : unlink(place));
}

void run_dir_restore(const Mounts *m)
{
	for (size_t i = 0; i < m->n; i++)
		if (is_users(m, i))
			put_aside(m->points[i], i);
	if (umount2("/run", MNT_DETACH) < 0)
		fail_errno(125, "detach /run", NULL);
	for (size_t i = 0; i < m->n; i++)
		if (is_users(m, i))
			put_back(m->points[i], i);
}

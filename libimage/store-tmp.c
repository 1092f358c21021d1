/* store-tmp: staging directories, work locks, and collecting what dead processes left of them. */
#include "libimage/store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <time.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libimage/store-internal.h"

/* Partial downloads are worth keeping for a second try. */
#define PARTIAL_KEEP_SECONDS (7 * 24 * 3600)
/* Files that say nothing about their owner. */
#define UNKNOWN_KEEP_SECONDS (24 * 3600)

#define STAGE_PREFIX "stage-"
#define TRASH_PREFIX "container-"

/* Whether the descriptor is still what the name leads to: a collector may have been faster. */
static bool still_there(int dirfd, const char *name, int fd)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && fstatat(dirfd, name, &b, AT_SYMLINK_NOFOLLOW) == 0 &&
	       a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

static int try_stage(Store *store, const char *name)
{
	cleanup_fd int fd = -1;

	if (mkdirat(store_fd(store), name, 0700) < 0 && errno != EEXIST)
		return -errno;
	fd = fs_open_dir(store_fd(store), name);
	if (fd < 0)
		return fd == -ENOENT ? -EAGAIN : fd;
	if (flock(fd, LOCK_EX) < 0)
		return -errno;
	return still_there(store_fd(store), name, fd) ? steal_fd(&fd) : -EAGAIN;
}

int store_stage_new(Store *store, const char *prefix, char **ret_name, Error **err)
{
	for (;;) {
		cleanup_free char *random = random_hex(16);
		cleanup_free char *name = xasprintf("tmp/" STAGE_PREFIX "%s-%s", prefix, random);
		int fd = try_stage(store, name);

		if (fd == -EAGAIN || fd == -EINTR)
			continue;
		if (fd < 0)
			return error_errno(err, -fd, "make %s/%s", store_path(store), name);
		*ret_name = steal(&name);
		return fd;
	}
}

void store_stage_remove(Store *store, const char *name, int fd)
{
	(void)fs_remove_tree(store_fd(store), name);
	(void)fd_close(fd);
}

static char *lock_path(const char *key)
{
	return xasprintf("tmp/%s.lock", key);
}

int store_work_lock(Store *store, const char *key, Error **err)
{
	cleanup_free char *path = lock_path(key);

	for (;;) {
		cleanup_fd int fd = fs_lock(store_fd(store), path, LOCK_EX);

		if (fd < 0)
			return error_errno(err, -fd, "lock %s/%s", store_path(store), path);
		/* The holder before us has removed the file together with its lock. */
		if (still_there(store_fd(store), path, fd))
			return steal_fd(&fd);
	}
}

void store_work_unlock(Store *store, const char *key, int fd)
{
	cleanup_free char *path = lock_path(key);

	if (fd < 0)
		return;
	(void)unlinkat(store_fd(store), path, 0);
	(void)fd_close(fd);
}

char *store_partial_path(const char *digest)
{
	return xasprintf("tmp/%s.partial", digest_hex(digest));
}

/* ---- collecting ---- */

static bool older_than(int dirfd, const char *name, time_t seconds)
{
	struct stat st;

	return fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       time(NULL) - st.st_mtim.tv_sec > seconds;
}

/* Removes it when nobody holds its lock. */
static bool remove_unlocked(int dirfd, const char *name)
{
	cleanup_fd int fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0)
		return false;
	return fs_remove_tree(dirfd, name) >= 0;
}

/* Whether a staging directory was there: then its owner may have died in the middle of a commit. */
static bool collect_entry(int dirfd, const char *name)
{
	if (startswith(name, STAGE_PREFIX))
		return remove_unlocked(dirfd, name);
	if (endswith(name, ".lock"))
		(void)remove_unlocked(dirfd, name);
	else if (endswith(name, ".partial") && older_than(dirfd, name, PARTIAL_KEEP_SECONDS))
		(void)unlinkat(dirfd, name, 0);
	else if (startswith(name, TRASH_PREFIX) || older_than(dirfd, name, UNKNOWN_KEEP_SECONDS))
		(void)remove_unlocked(dirfd, name);
	return false;
}

static void collect_after_crash(Store *store)
{
	cleanup_fd int lock = fs_lock(store_fd(store), "lock", LOCK_EX | LOCK_NB);
	cleanup_image_index ImageIndex index = { 0 };

	/* What somebody else changes now is collected another time. */
	if (lock >= 0 && image_index_read(store, &index, NULL) >= 0)
		(void)store_collect_layers(store, &index, NULL);
}

void store_collect_tmp(Store *store)
{
	int fd = fs_open_dir(store_fd(store), "tmp");
	cleanup_dir DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	bool crashed = false;

	if (!d) {
		(void)fd_close(fd);
		return;
	}
	while ((e = readdir(d)))
		if (*e->d_name != '.')
			crashed |= collect_entry(fd, e->d_name);
	if (crashed)
		collect_after_crash(store);
}

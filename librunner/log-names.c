#include "librunner/log-names.h"

#include <fcntl.h>

#include "libcommon/alloc.h"
#include "librunner/log-files.h"

/* How often a rotation may come in between while a file is looked for. */
#define SEARCH_ATTEMPTS 100

static char *file_name(const char *name, unsigned index)
{
	return index ? xasprintf("%s.%u", name, index) : xstrdup(name);
}

static bool file_exists(int dirfd, const char *name, unsigned index, struct stat *st)
{
	cleanup_free char *path = file_name(name, index);

	return fstatat(dirfd, path, st, AT_SYMLINK_NOFOLLOW) == 0;
}

int log_names_open(int dirfd, const char *name, unsigned index)
{
	cleanup_free char *path = file_name(name, index);
	int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	return fd < 0 ? -errno : fd;
}

int log_files_rotate(int dirfd, const char *name, unsigned keep)
{
	struct stat st;
	unsigned n = 0;

	if (keep == 0)
		return unlinkat(dirfd, name, 0) < 0 && errno != ENOENT ? -errno : 0;
	while (n + 1 < keep && file_exists(dirfd, name, n + 1, &st))
		n++;
	for (;; n--) {
		cleanup_free char *from = file_name(name, n), *to = file_name(name, n + 1);

		if (renameat(dirfd, from, dirfd, to) < 0 && errno != ENOENT)
			return -errno;
		if (n == 0)
			return 0;
	}
}

/* Whether there is an older file; a crash may have left a gap of one. */
static bool has_older(const LogNames *f, unsigned index)
{
	struct stat st;

	return file_exists(f->dirfd, f->name, index + 1, &st) ||
	       file_exists(f->dirfd, f->name, index + 2, &st);
}

/* The oldest file; -ENOENT when there is none. */
int log_names_open_oldest(const LogNames *f)
{
	unsigned oldest = 0;

	for (unsigned attempt = 0;; attempt++) {
		int fd = -ENOENT;

		while (has_older(f, oldest))
			oldest++;
		for (unsigned i = oldest + 1; fd == -ENOENT && i > 0; i--)
			fd = log_names_open(f->dirfd, f->name, i - 1);
		/* A rotation before it was opened has moved the oldest file on. */
		if (fd < 0 || attempt == SEARCH_ATTEMPTS || !has_older(f, oldest))
			return fd;
		(void)fd_close(fd);
	}
}

bool log_names_same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

/* Where the file stands now; false when it has been removed. Files only move to higher numbers, so
 * counting upwards never misses one. */
static bool find_index(const LogNames *f, const struct stat *file, unsigned *ret)
{
	unsigned missing = 0;

	for (unsigned i = 0; missing < 2 || i < 3; i++) {
		struct stat st;

		if (!file_exists(f->dirfd, f->name, i, &st)) {
			missing++;
			continue;
		}
		missing = 0;
		if (log_names_same(file, &st)) {
			*ret = i;
			return true;
		}
	}
	return false;
}

/* The nearest newer file; *ret_index tells which. */
static int open_newer(const LogNames *f, unsigned index, unsigned *ret_index)
{
	for (unsigned i = index; i > 0; i--) {
		int fd = log_names_open(f->dirfd, f->name, i - 1);

		*ret_index = i - 1;
		if (fd != -ENOENT)
			return fd;
	}
	return -ENOENT;
}

/* Whether our file is still where it was found, and nothing between it and the newer one: else a
 * rotation, which moves the older file first, has come in between. */
static bool still_next(const LogNames *f, const struct stat *ours, unsigned index, unsigned newer)
{
	struct stat st;

	for (unsigned i = newer + 1; i < index; i++)
		if (file_exists(f->dirfd, f->name, i, &st))
			return false;
	return file_exists(f->dirfd, f->name, index, &st) && log_names_same(ours, &st);
}

/* Opens the file after the current one. -ENOENT: this is the last. */
int log_names_open_next(const LogNames *f, int fd)
{
	struct stat ours;

	if (fstat(fd, &ours) < 0)
		return -errno;
	for (unsigned attempt = 0; attempt < SEARCH_ATTEMPTS; attempt++) {
		unsigned index, newer;
		int next;

		if (!find_index(f, &ours, &index))
			return log_names_open_oldest(f);
		next = open_newer(f, index, &newer);
		if (next < 0 || still_next(f, &ours, index, newer))
			return next;
		(void)fd_close(next);
	}
	return -ENOENT;
}

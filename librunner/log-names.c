#include "librunner/log-names.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/log-files.h"
#include "librunner/log-pack.h"

/* How often a rotation may come in between while a file is looked for. */
#define SEARCH_ATTEMPTS 100

static char *file_name(const char *name, unsigned index)
{
	return index ? xasprintf("%s.%u", name, index) : xstrdup(name);
}

/* Which file has this number, without opening it for reading. */
static bool identify(const LogNames *f, unsigned index, LogPart *ret)
{
	cleanup_free char *path = file_name(f->name, index);

	*ret = LOG_PART_NONE;
	if (fstatat(f->dirfd, path, &ret->st, AT_SYMLINK_NOFOLLOW) == 0)
		return true;
	ret->packed = index > 0 && log_pack_identify(f->dirfd, path, &ret->st) >= 0;
	return ret->packed;
}

static bool file_exists(const LogNames *f, unsigned index)
{
	LogPart part;

	return identify(f, index, &part);
}

int log_names_open(const LogNames *f, unsigned index, LogPart *ret)
{
	cleanup_free char *path = file_name(f->name, index);
	int fd = openat(f->dirfd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	LogPart part = { .fd = fd < 0 ? -errno : fd };

	if (fd >= 0 && fstat(fd, &part.st) < 0) {
		part.fd = -errno;
		(void)fd_close(fd);
	} else if (part.fd == -ENOENT && index > 0) {
		part.fd = log_pack_open(f->dirfd, path, &part.st);
		part.packed = true;
	}
	if (part.fd < 0)
		return part.fd;
	*ret = part;
	return 0;
}

/* A file has one of two forms: the other one, of the file that had the number before, goes. */
static int move(int dirfd, const char *from, const char *to)
{
	cleanup_free char *from_gz = xasprintf("%s.gz", from), *to_gz = xasprintf("%s.gz", to);
	bool plain = faccessat(dirfd, from, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	bool packed = !plain && faccessat(dirfd, from_gz, F_OK, AT_SYMLINK_NOFOLLOW) == 0;

	if (plain)
		(void)unlinkat(dirfd, from_gz, 0);
	if (plain || packed)
		(void)unlinkat(dirfd, plain ? to_gz : to, 0);
	if (!plain && !packed)
		return 0;
	return renameat(dirfd, plain ? from : from_gz, dirfd, plain ? to : to_gz) < 0 ? -errno : 0;
}

int log_files_rotate(int dirfd, const char *name, unsigned keep)
{
	const LogNames f = { .dirfd = dirfd, .name = (char *)(uintptr_t)name };
	unsigned n = 0;

	if (keep == 0)
		return unlinkat(dirfd, name, 0) < 0 && errno != ENOENT ? -errno : 0;
	while (n + 1 < keep && file_exists(&f, n + 1))
		n++;
	for (;; n--) {
		cleanup_free char *from = file_name(name, n), *to = file_name(name, n + 1);
		int r = move(dirfd, from, to);

		if (r < 0 || n == 0)
			return r;
	}
}

/* Whether there is an older file; a crash may have left a gap of one. */
static bool has_older(const LogNames *f, unsigned index)
{
	return file_exists(f, index + 1) || file_exists(f, index + 2);
}

/* The oldest file; -ENOENT when there is none. */
int log_names_open_oldest(const LogNames *f, LogPart *ret)
{
	unsigned oldest = 0;

	for (unsigned attempt = 0;; attempt++) {
		int r = -ENOENT;

		while (has_older(f, oldest))
			oldest++;
		for (unsigned i = oldest + 1; r == -ENOENT && i > 0; i--)
			r = log_names_open(f, i - 1, ret);
		/* A rotation before it was opened has moved the oldest file on. */
		if (r < 0 || attempt == SEARCH_ATTEMPTS || !has_older(f, oldest))
			return r;
		ret->fd = fd_close(ret->fd);
	}
}

/* An inode number may be used again once its file was compressed: then the time tells. */
bool log_names_same(const LogPart *a, const LogPart *b)
{
	if (a->st.st_ino != b->st.st_ino)
		return false;
	if (!a->packed && !b->packed)
		return a->st.st_dev == b->st.st_dev;
	return a->st.st_mtim.tv_sec == b->st.st_mtim.tv_sec &&
	       a->st.st_mtim.tv_nsec == b->st.st_mtim.tv_nsec;
}

/* Where the file stands now; false when it has been removed. Files only move to higher numbers, so
 * counting upwards never misses one. */
static bool find_index(const LogNames *f, const LogPart *ours, unsigned *ret)
{
	unsigned missing = 0;

	for (unsigned i = 0; missing < 2 || i < 3; i++) {
		LogPart part;

		if (!identify(f, i, &part)) {
			missing++;
			continue;
		}
		missing = 0;
		if (log_names_same(ours, &part)) {
			*ret = i;
			return true;
		}
	}
	return false;
}

/* The nearest newer file; *ret_index tells which. */
static int open_newer(const LogNames *f, unsigned index, unsigned *ret_index, LogPart *ret)
{
	int r = -ENOENT;

	for (unsigned i = index; r == -ENOENT && i > 0; i--) {
		r = log_names_open(f, i - 1, ret);
		*ret_index = i - 1;
	}
	return r;
}

/* Whether our file is still where it was found, and nothing between it and the newer one: else a
 * rotation, which moves the older file first, has come in between. */
static bool still_next(const LogNames *f, const LogPart *ours, unsigned index, unsigned newer)
{
	LogPart part;

	for (unsigned i = newer + 1; i < index; i++)
		if (file_exists(f, i))
			return false;
	return identify(f, index, &part) && log_names_same(ours, &part);
}

int log_names_open_next(const LogNames *f, const LogPart *part, LogPart *ret)
{
	LogPart ours = *part;

	/* It has been written to since it was opened. */
	if (!ours.packed && fstat(ours.fd, &ours.st) < 0)
		return -errno;
	for (unsigned attempt = 0; attempt < SEARCH_ATTEMPTS; attempt++) {
		unsigned index, newer;
		int r;

		if (!find_index(f, &ours, &index))
			return log_names_open_oldest(f, ret);
		r = open_newer(f, index, &newer, ret);
		if (r < 0 || still_next(f, &ours, index, newer))
			return r;
		ret->fd = fd_close(ret->fd);
	}
	return -ENOENT;
}

#include "librunner/log-files.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/log-files-tail.h"

#define READ_SIZE (64 << 10)
/* How often a rotation may come in between while the next file is looked for. */
#define SEARCH_ATTEMPTS 100

struct LogFiles {
	int dirfd;
	char *name;
	size_t line_max;
	int fd; /* -1: there is no log yet */
	int next; /* the file after it, when it is known to be complete */
	Strbuf buffer;
	size_t start; /* of what was not handed out yet */
	size_t scanned; /* so much of the buffer holds no newline beyond `start` */
	bool skipping; /* inside a line that is too long */
};

static char *file_name(const char *name, unsigned index)
{
	return index ? xasprintf("%s.%u", name, index) : xstrdup(name);
}

static bool file_exists(int dirfd, const char *name, unsigned index, struct stat *st)
{
	cleanup_free char *path = file_name(name, index);

	return fstatat(dirfd, path, st, AT_SYMLINK_NOFOLLOW) == 0;
}

static int file_open(int dirfd, const char *name, unsigned index)
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

/* ---- which file ---- */

/* Whether there is an older file; a crash may have left a gap of one. */
static bool has_older(const LogFiles *f, unsigned index)
{
	struct stat st;

	return file_exists(f->dirfd, f->name, index + 1, &st) ||
	       file_exists(f->dirfd, f->name, index + 2, &st);
}

/* The oldest file; -ENOENT when there is none. */
static int open_oldest(const LogFiles *f)
{
	unsigned oldest = 0;

	for (unsigned attempt = 0;; attempt++) {
		int fd = -ENOENT;

		while (has_older(f, oldest))
			oldest++;
		for (unsigned i = oldest + 1; fd == -ENOENT && i > 0; i--)
			fd = file_open(f->dirfd, f->name, i - 1);
		/* A rotation before it was opened has moved the oldest file on. */
		if (fd < 0 || attempt == SEARCH_ATTEMPTS || !has_older(f, oldest))
			return fd;
		(void)fd_close(fd);
	}
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

/* Where the file stands now; false when it has been removed. Files only move to higher numbers, so
 * counting upwards never misses one. */
static bool find_index(const LogFiles *f, const struct stat *file, unsigned *ret)
{
	unsigned missing = 0;

	for (unsigned i = 0; missing < 2 || i < 3; i++) {
		struct stat st;

		if (!file_exists(f->dirfd, f->name, i, &st)) {
			missing++;
			continue;
		}
		missing = 0;
		if (same_file(file, &st)) {
			*ret = i;
			return true;
		}
	}
	return false;
}

/* The nearest newer file; *ret_index tells which. */
static int open_newer(const LogFiles *f, unsigned index, unsigned *ret_index)
{
	for (unsigned i = index; i > 0; i--) {
		int fd = file_open(f->dirfd, f->name, i - 1);

		*ret_index = i - 1;
		if (fd != -ENOENT)
			return fd;
	}
	return -ENOENT;
}

/* Whether our file is still where it was found, and nothing between it and the newer one: else a
 * rotation, which moves the older file first, has come in between. */
static bool still_next(const LogFiles *f, const struct stat *ours, unsigned index, unsigned newer)
{
	struct stat st;

	for (unsigned i = newer + 1; i < index; i++)
		if (file_exists(f->dirfd, f->name, i, &st))
			return false;
	return file_exists(f->dirfd, f->name, index, &st) && same_file(ours, &st);
}

/* Opens the file after the current one. -ENOENT: this is the last. */
static int open_next(const LogFiles *f)
{
	struct stat ours;

	if (fstat(f->fd, &ours) < 0)
		return -errno;
	for (unsigned attempt = 0; attempt < SEARCH_ATTEMPTS; attempt++) {
		unsigned index, newer;
		int fd;

		if (!find_index(f, &ours, &index))
			return open_oldest(f);
		fd = open_newer(f, index, &newer);
		if (fd < 0 || still_next(f, &ours, index, newer))
			return fd;
		(void)fd_close(fd);
	}
	return -ENOENT;
}

/* ---- reading ---- */

/* Reads more into the buffer, over to the next file where this one is complete. 1; 0: nothing. */
static int read_more(LogFiles *f)
{
	for (;;) {
		char *to = strbuf_reserve(&f->buffer, READ_SIZE);
		ssize_t n = f->fd < 0 ? 0 : read(f->fd, to, READ_SIZE);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n > 0) {
			f->buffer.len += (size_t)n;
			return 1;
		}
		if (f->next >= 0) {
			(void)fd_close(f->fd);
			f->fd = steal_fd(&f->next);
			continue;
		}
		/* Once there is a next file, nothing more is written to this one: what came
		 * between the two is read before it is left. */
		f->next = f->fd < 0 ? open_oldest(f) : open_next(f);
		if (f->next == -ENOENT)
			return 0;
		if (f->next < 0)
			return f->next;
	}
}

/* Drops what was handed out, and a line that has become too long. */
static void tidy(LogFiles *f)
{
	strbuf_consume(&f->buffer, f->start);
	f->start = 0;
	if (f->buffer.len > f->line_max) {
		f->skipping = true;
		f->buffer.len = 0;
	}
	f->scanned = f->buffer.len;
}

int log_files_line(LogFiles *f, const char **ret, size_t *ret_n, Error **err)
{
	for (;;) {
		const char *line = f->buffer.data + f->start;
		const char *newline = f->scanned < f->buffer.len
					      ? memchr(f->buffer.data + f->scanned, '\n',
						       f->buffer.len - f->scanned)
					      : NULL;
		int r;

		if (newline) {
			bool skip = f->skipping || (size_t)(newline - line) > f->line_max;

			f->start = f->scanned = (size_t)(newline - f->buffer.data) + 1;
			f->skipping = false;
			if (skip)
				continue;
			*ret = line;
			*ret_n = (size_t)(newline - line);
			return 1;
		}
		tidy(f);
		r = read_more(f);
		if (r <= 0)
			return r < 0 ? error_errno(err, -r, "read %s", f->name) : 0;
	}
}

/* ---- where to begin ---- */

static void restart(LogFiles *f, int fd)
{
	(void)fd_close(f->fd);
	f->next = fd_close(f->next);
	f->fd = fd;
	f->buffer.len = f->start = f->scanned = 0;
	f->skipping = false;
}

int log_files_seek_end(LogFiles *f, Error **err)
{
	int fd = file_open(f->dirfd, f->name, 0);

	if (fd >= 0 && lseek(fd, 0, SEEK_END) < 0) {
		int r = -errno;

		(void)fd_close(fd);
		return error_errno(err, -r, "read %s", f->name);
	}
	if (fd < 0 && fd != -ENOENT)
		return error_errno(err, -fd, "open %s", f->name);
	restart(f, fd < 0 ? -1 : fd);
	return 0;
}

static bool is_newer(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec : a->tv_nsec > b->tv_nsec;
}

/* Goes back file by file. Rotations meanwhile show files again, under higher numbers. */
int log_files_seek_tail(LogFiles *f, uint64_t lines,
			bool (*counts)(const char *line, size_t n, void *userdata), void *userdata,
			Error **err)
{
	TailCount count = {
		.wanted = lines, .line_max = f->line_max, .counts = counts, .userdata = userdata
	};
	struct stat last = { 0 }, st;
	unsigned missing = 0;

	for (unsigned i = 0; missing < 2; i++) {
		cleanup_fd int fd = file_open(f->dirfd, f->name, i);
		int r;

		if (fd < 0) {
			missing++;
			continue;
		}
		missing = 0;
		if (fstat(fd, &st) < 0 || same_file(&st, &last) ||
		    (last.st_ino && is_newer(&st.st_mtim, &last.st_mtim)))
			continue;
		last = st;
		r = tail_count(&count, fd);
		if (r < 0)
			return error_errno(err, -r, "read %s", f->name);
		if (r > 0) {
			restart(f, steal_fd(&fd));
			return 0;
		}
	}
	return 0;
}

int log_files_open(int dirfd, const char *name, size_t line_max, LogFiles **ret, Error **err)
{
	LogFiles *f = xnew0(LogFiles, 1);

	f->dirfd = dirfd;
	f->name = xstrdup(name);
	f->line_max = line_max;
	f->next = -1;
	f->fd = open_oldest(f);
	if (f->fd < 0 && f->fd != -ENOENT) {
		int r = f->fd;

		log_files_free(f);
		return error_errno(err, -r, "open %s", name);
	}
	if (f->fd < 0)
		f->fd = -1;
	*ret = f;
	return 0;
}

LogFiles *log_files_free(LogFiles *f)
{
	if (!f)
		return NULL;
	(void)fd_close(f->fd);
	(void)fd_close(f->next);
	free(f->name);
	strbuf_clear(&f->buffer);
	free(f);
	return NULL;
}

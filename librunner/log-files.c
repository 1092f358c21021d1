#include "librunner/log-files.h"

#include <sys/stat.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/log-files-tail.h"
#include "librunner/log-names.h"

#define READ_SIZE (64 << 10)

struct LogFiles {
	LogNames names;
	size_t line_max;
	LogPart now; /* none: there is no log yet */
	LogPart next; /* the file after it, when it is known to be complete */
	Strbuf buffer;
	size_t start; /* of what was not handed out yet */
	size_t scanned; /* so much of the buffer holds no newline beyond `start` */
	bool skipping; /* inside a line that is too long */
};

/* ---- reading ---- */

/* Reads more into the buffer, over to the next file where this one is complete. 1; 0: nothing. */
static int read_more(LogFiles *f)
{
	for (;;) {
		char *to = strbuf_reserve(&f->buffer, READ_SIZE);
		ssize_t n = f->now.fd < 0 ? 0 : read(f->now.fd, to, READ_SIZE);
		int r;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n > 0) {
			f->buffer.len += (size_t)n;
			return 1;
		}
		if (f->next.fd >= 0) {
			(void)fd_close(f->now.fd);
			f->now = f->next;
			f->next = LOG_PART_NONE;
			continue;
		}
		/* Once there is a next file, nothing more is written to this one: what came
		 * between the two is read before it is left. */
		r = f->now.fd < 0 ? log_names_open_oldest(&f->names, &f->next)
				  : log_names_open_next(&f->names, &f->now, &f->next);
		if (r < 0)
			return r == -ENOENT ? 0 : r;
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
			return r < 0 ? error_errno(err, -r, "read %s", f->names.name) : 0;
	}
}

/* ---- where to begin ---- */

static void restart(LogFiles *f, const LogPart *part)
{
	(void)fd_close(f->now.fd);
	f->next.fd = fd_close(f->next.fd);
	f->now = *part;
	f->buffer.len = f->start = f->scanned = 0;
	f->skipping = false;
}

int log_files_seek_end(LogFiles *f, Error **err)
{
	LogPart part = LOG_PART_NONE;
	int r = log_names_open(&f->names, 0, &part);

	if (r >= 0 && lseek(part.fd, 0, SEEK_END) < 0) {
		r = -errno;
		(void)fd_close(part.fd);
		return error_errno(err, -r, "read %s", f->names.name);
	}
	if (r < 0 && r != -ENOENT)
		return error_errno(err, -r, "open %s", f->names.name);
	restart(f, &part);
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
	LogPart last = LOG_PART_NONE;
	unsigned missing = 0;

	for (unsigned i = 0; missing < 2; i++) {
		LogPart part = LOG_PART_NONE;
		int r = log_names_open(&f->names, i, &part);

		if (r < 0) {
			missing++;
			continue;
		}
		missing = 0;
		if (!log_names_same(&part, &last) &&
		    (!last.st.st_ino || !is_newer(&part.st.st_mtim, &last.st.st_mtim))) {
			last = part;
			r = tail_count(&count, part.fd);
		}
		if (r > 0) {
			restart(f, &part);
			return 0;
		}
		(void)fd_close(part.fd);
		if (r < 0)
			return error_errno(err, -r, "read %s", f->names.name);
	}
	return 0;
}

int log_files_open(int dirfd, const char *name, size_t line_max, LogFiles **ret, Error **err)
{
	LogFiles *f = xnew0(LogFiles, 1);
	int r;

	f->names.dirfd = dirfd;
	f->names.name = xstrdup(name);
	f->line_max = line_max;
	f->now = f->next = LOG_PART_NONE;
	r = log_names_open_oldest(&f->names, &f->now);
	if (r < 0 && r != -ENOENT) {
		log_files_free(f);
		return error_errno(err, -r, "open %s", name);
	}
	*ret = f;
	return 0;
}

LogFiles *log_files_free(LogFiles *f)
{
	if (!f)
		return NULL;
	(void)fd_close(f->now.fd);
	(void)fd_close(f->next.fd);
	free(f->names.name);
	strbuf_clear(&f->buffer);
	free(f);
	return NULL;
}

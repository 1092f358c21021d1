#include "librunner/log-reader.h"

#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/log-line.h"

#define READ_SIZE (64 << 10)
/* Beyond what the writer's longest piece can become with every byte escaped. */
#define LINE_MAX_SIZE (256 << 10)

struct LogReader {
	int fd; /* -1: there is no log yet */
	int dirfd; /* the caller's, as `path` */
	char *path;
	Strbuf buffer; /* read and not yet handed on */
	size_t scanned; /* so much of it holds no newline */
	LogLine line;
	bool skipping; /* inside a line that is too long */
};

LogReader *log_reader_free(LogReader *r)
{
	if (!r)
		return NULL;
	(void)fd_close(r->fd);
	free(r->path);
	strbuf_clear(&r->buffer);
	log_line_clear(&r->line);
	free(r);
	return NULL;
}

static int reader_open_file(LogReader *r, Error **err)
{
	r->fd = openat(r->dirfd, r->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (r->fd < 0 && errno != ENOENT)
		return error_errno(err, errno, "open the log %s", r->path);
	return 0;
}

/* Where the last `lines` complete lines begin: behind the newline before them. */
static int tail_offset(int fd, int64_t lines, off_t *ret)
{
	cleanup_free char *block = xmalloc(READ_SIZE);
	off_t at = lseek(fd, 0, SEEK_END);
	int64_t seen = 0;

	if (at < 0)
		return -errno;
	while (at > 0) {
		size_t want = at < READ_SIZE ? (size_t)at : READ_SIZE;
		const char *newline;
		ssize_t n = pread(fd, block, want, at - (off_t)want);

		if (n != (ssize_t)want)
			return n < 0 ? -errno : -EIO;
		at -= n;
		for (; (newline = memrchr(block, '\n', (size_t)n)); n = newline - block)
			if (seen++ == lines) {
				*ret = at + (newline - block) + 1;
				return 0;
			}
	}
	*ret = 0;
	return 0;
}

int log_reader_open(int dirfd, const char *path, int64_t tail, LogReader **ret, Error **err)
{
	cleanup_log_reader LogReader *reader = xnew0(LogReader, 1);
	off_t offset = 0;
	int r;

	reader->dirfd = dirfd;
	reader->path = xstrdup(path);
	r = reader_open_file(reader, err);
	if (r >= 0 && reader->fd >= 0 && tail >= 0) {
		r = tail_offset(reader->fd, tail, &offset);
		if (r < 0 || lseek(reader->fd, offset, SEEK_SET) < 0)
			return error_errno(err, r < 0 ? -r : errno, "read the log %s", path);
	}
	if (r < 0)
		return r;
	*ret = steal(&reader);
	return 0;
}

/* One line of the file. As log_output_add(). */
static int reader_line(LogReader *r, LogOutput *o, const char *text, size_t n)
{
	if (r->skipping || n > LINE_MAX_SIZE) {
		r->skipping = false;
		return 1;
	}
	if (log_line_parse(text, n, &r->line) < 0) {
		log_debug("the log %s has a line that is none: %.*s", r->path,
			  (int)(n < 80 ? n : 80), text);
		return 1;
	}
	return log_output_add(o, r->line.time, r->line.is_stderr, r->line.data.data,
			      r->line.data.len);
}

/* Hands on the complete lines of the buffer. */
static int reader_lines(LogReader *r, LogOutput *o)
{
	size_t done = 0;
	int more = 1;

	while (more && done < r->buffer.len) {
		const char *start = r->buffer.data + done;
		const char *newline =
			memchr(r->buffer.data + r->scanned, '\n', r->buffer.len - r->scanned);

		if (!newline)
			break;
		more = reader_line(r, o, start, (size_t)(newline - start));
		done = r->scanned = (size_t)(newline - r->buffer.data) + 1;
	}
	strbuf_consume(&r->buffer, done);
	r->scanned = r->buffer.len;
	if (r->buffer.len > LINE_MAX_SIZE) {
		r->skipping = true;
		r->buffer.len = r->scanned = 0;
	}
	return more;
}

int log_reader_copy(LogReader *r, LogOutput *o, Error **err)
{
	int result = r->fd < 0 ? reader_open_file(r, err) : 0, more = 1;

	if (result < 0 || r->fd < 0)
		return result < 0 ? result : 1;
	while (more) {
		char *to = strbuf_reserve(&r->buffer, READ_SIZE);
		ssize_t n = read(r->fd, to, READ_SIZE);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_errno(err, errno, "read the log %s", r->path);
		if (n == 0)
			break;
		r->buffer.len += (size_t)n;
		more = reader_lines(r, o);
	}
	result = log_output_flush(o, err);
	return result < 0 ? result : more;
}

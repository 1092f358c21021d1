#include "librunner/log-writer.h"

#include <fcntl.h>
#include <time.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"

/* A buffer that one burst of binary data has made larger than this is given back. */
#define BUFFER_KEEP (128 << 10)

typedef struct Line {
	char *data; /* LOG_PIECE_MAX bytes, from the first unfinished line on */
	size_t n;
} Line;

struct LogWriter {
	int fd;
	Line lines[2];
	Strbuf out;
	char tail[80]; /* `","stream":…}` of the chunk that is being written */
	size_t tail_n;
};

int log_writer_open(int dirfd, const char *path, LogWriter **ret, Error **err)
{
	LogWriter *w;
	int fd = openat(dirfd, path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);

	if (fd < 0)
		return error_errno(err, errno, "open the log %s", path);
	w = xnew0(LogWriter, 1);
	w->fd = fd;
	*ret = w;
	return 0;
}

LogWriter *log_writer_free(LogWriter *w)
{
	if (!w)
		return NULL;
	log_writer_flush(w, LOG_STDOUT);
	log_writer_flush(w, LOG_STDERR);
	free(w->lines[0].data);
	free(w->lines[1].data);
	strbuf_clear(&w->out);
	(void)fd_close(w->fd);
	free(w);
	return NULL;
}

/* Go's RFC3339Nano, which Docker uses, drops trailing zeros of the fraction. */
static size_t time_format(char *buf, size_t size)
{
	struct timespec now;
	struct tm tm;
	size_t n;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	(void)gmtime_r(&now.tv_sec, &tm);
	n = strftime(buf, size, "%Y-%m-%dT%H:%M:%S", &tm);
	if (now.tv_nsec) {
		n += (size_t)snprintf(buf + n, size - n, ".%09ld", now.tv_nsec);
		while (buf[n - 1] == '0')
			n--;
	}
	buf[n++] = 'Z';
	buf[n] = '\0';
	return n;
}

static void tail_format(LogWriter *w, LogStream stream)
{
	char when[40];

	(void)time_format(when, sizeof(when));
	w->tail_n = (size_t)snprintf(w->tail, sizeof(w->tail),
				     "\",\"stream\":\"%s\",\"time\":\"%s\"}\n",
				     stream == LOG_STDOUT ? "stdout" : "stderr", when);
}

/* 0: as it is; 1: `\u00XX`; another: behind a backslash. Docker's writer escapes for HTML too. */
static char escape_of(unsigned char c)
{
	switch (c) {
	case '"':
	case '\\':
		return (char)c;
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	case '<':
	case '>':
	case '&':
	case 0x7f:
		return 1;
	default:
		return c < 0x20;
	}
}

static char escapes[256];

static void escapes_fill(void)
{
	if (escapes['\n'])
		return;
	for (int c = 0; c < 256; c++)
		escapes[c] = escape_of((unsigned char)c);
}

static char *escape_one(char *p, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";

	*p++ = '\\';
	if (escapes[c] != 1) {
		*p++ = escapes[c];
		return p;
	}
	memcpy(p, "u00", 3);
	p[3] = hex[c >> 4];
	p[4] = hex[c & 15];
	return p + 5;
}

/* At most six bytes for each one of the input. */
static char *put_text(char *p, const unsigned char *s, size_t n)
{
	size_t run = 0;

	for (size_t i = 0; i < n; i++) {
		if (!escapes[s[i]])
			continue;
		memcpy(p, s + run, i - run);
		p = escape_one(p + (i - run), s[i]);
		run = i + 1;
	}
	memcpy(p, s + run, n - run);
	return p + (n - run);
}

static char *put_base64(char *p, const unsigned char *s, size_t n)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t i = 0;

	for (; i + 2 < n; i += 3) {
		unsigned v = (unsigned)s[i] << 16 | (unsigned)s[i + 1] << 8 | s[i + 2];

		*p++ = digits[v >> 18];
		*p++ = digits[v >> 12 & 63];
		*p++ = digits[v >> 6 & 63];
		*p++ = digits[v & 63];
	}
	if (i < n) {
		unsigned v = (unsigned)s[i] << 16 | (i + 1 < n ? (unsigned)s[i + 1] << 8 : 0);

		*p++ = digits[v >> 18];
		*p++ = digits[v >> 12 & 63];
		*p++ = i + 1 < n ? digits[v >> 6 & 63] : '=';
		*p++ = '=';
	}
	return p;
}

static void put_piece(LogWriter *w, const void *data, size_t n)
{
	char *p = strbuf_reserve(&w->out, 6 * n + sizeof(w->tail) + 16), *start = p;

	if (utf8_valid(data, n)) {
		p = stpcpy(p, "{\"log\":\"");
		p = put_text(p, data, n);
	} else {
		p = stpcpy(p, "{\"b64\":\"");
		p = put_base64(p, data, n);
	}
	memcpy(p, w->tail, w->tail_n);
	w->out.len += (size_t)(p - start) + w->tail_n;
}

/* The log is a regular file: writing may fail, but does not wait for anybody. */
static void write_out(LogWriter *w)
{
	if (w->out.len)
		(void)fd_write_all(w->fd, w->out.data, w->out.len);
	w->out.len = 0;
	if (w->out.cap > BUFFER_KEEP)
		strbuf_clear(&w->out);
}

/* How many of `n` bytes belong to the piece that has `have` bytes so far; *ret_whole tells whether
 * they complete it. */
static size_t piece_length(const char *s, size_t n, size_t have, bool *ret_whole)
{
	size_t room = LOG_PIECE_MAX - have, look = n < room ? n : room;
	const char *newline = memchr(s, '\n', look);

	*ret_whole = newline || n >= room;
	return newline ? (size_t)(newline - s) + 1 : look;
}

void log_writer_add(LogWriter *w, LogStream stream, const void *data, size_t n)
{
	Line *line = &w->lines[stream];
	const char *s = data;

	escapes_fill();
	tail_format(w, stream);
	while (n > 0) {
		bool whole;
		size_t k = piece_length(s, n, line->n, &whole);

		if (whole && line->n == 0) {
			put_piece(w, s, k);
		} else {
			if (!line->data)
				line->data = xmalloc(LOG_PIECE_MAX);
			memcpy(line->data + line->n, s, k);
			line->n += k;
			if (whole) {
				put_piece(w, line->data, line->n);
				line->n = 0;
			}
		}
		s += k;
		n -= k;
		if (w->out.len >= BUFFER_KEEP / 2)
			write_out(w);
	}
	write_out(w);
}

void log_writer_flush(LogWriter *w, LogStream stream)
{
	Line *line = &w->lines[stream];

	if (!line->n)
		return;
	escapes_fill();
	tail_format(w, stream);
	put_piece(w, line->data, line->n);
	line->n = 0;
	write_out(w);
}

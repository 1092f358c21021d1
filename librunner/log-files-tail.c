#include "librunner/log-files-tail.h"

#include <errno.h>
#include <unistd.h>

#include "libcommon/str.h"

#define READ_SIZE (64 << 10)

/* The part of a file that was read, and is not yet cut into lines. */
typedef struct Window {
	int fd;
	off_t at; /* of its first byte in the file */
	Strbuf text; /* up to the end of a line, without that newline */
	bool too_long; /* the line at its end is longer than is kept */
	bool closed; /* its last line is complete */
} Window;

static void window_clear(Window *w)
{
	strbuf_clear(&w->text);
}

/* Puts the block before it in front. */
static int window_extend(Window *w)
{
	size_t want = w->at < READ_SIZE ? (size_t)w->at : READ_SIZE;
	size_t have = w->text.len;
	ssize_t n;

	(void)strbuf_reserve(&w->text, want);
	memmove(w->text.data + want, w->text.data, have);
	n = pread(w->fd, w->text.data, want, w->at - (off_t)want);
	if (n != (ssize_t)want)
		return n < 0 ? -errno : -EIO;
	w->text.len += want;
	w->at -= (off_t)want;
	return 0;
}

/* Looks at the line that starts at `from` in the window, and takes it off. Whether it was the one
 * more than is wanted. */
static bool take_line(TailCount *t, Window *w, size_t from)
{
	size_t n = w->text.len - from;
	bool counts = w->closed && !w->too_long && n <= t->line_max &&
		      t->counts(w->text.data + from, n, t->userdata);

	w->text.len = from ? from - 1 : 0;
	w->too_long = false;
	w->closed = true;
	return counts && t->seen++ == t->wanted;
}

/* As tail_count(), for the lines that begin in the window; `scan` bytes of it are new. */
static int window_lines(TailCount *t, Window *w, size_t scan)
{
	const char *newline;

	while (scan && (newline = memrchr(w->text.data, '\n', scan))) {
		size_t from = (size_t)(newline - w->text.data) + 1;
		off_t end = w->at + (off_t)w->text.len + 1;

		if (take_line(t, w, from))
			return lseek(w->fd, end, SEEK_SET) < 0 ? -errno : 1;
		scan = from - 1;
	}
	if (w->text.len > t->line_max) {
		w->text.len = 0;
		w->too_long = true;
	}
	return 0;
}

int tail_count(TailCount *t, int fd)
{
	cleanup(window_clear) Window w = { .fd = fd, .at = lseek(fd, 0, SEEK_END) };
	int r = w.at < 0 ? -errno : 0;

	while (r == 0 && w.at > 0) {
		off_t before = w.at;

		r = window_extend(&w);
		if (r == 0)
			r = window_lines(t, &w, (size_t)(before - w.at));
	}
	/* The first line of the file has no newline before it. */
	if (r == 0 && w.text.len) {
		off_t end = (off_t)w.text.len + 1;

		if (take_line(t, &w, 0))
			r = lseek(fd, end, SEEK_SET) < 0 ? -errno : 1;
	}
	return r;
}

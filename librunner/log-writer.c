#include "librunner/log-writer.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"

/* In the container's directory. */
#define LOG_FILE "log.json"

typedef struct Line {
	char *data; /* LOG_PIECE_MAX bytes, from the first unfinished line on */
	size_t n;
} Line;

struct LogWriter {
	LogSink *sink;
	Line lines[2];
};

LogWriter *log_writer_new(LogSink *sink)
{
	LogWriter *w = xnew0(LogWriter, 1);

	w->sink = sink;
	return w;
}

int log_writer_open(Loop *loop, const Container *c, int dirfd, LogWriter **ret, Error **err)
{
	cleanup_log_settings LogSettings s = { 0 };
	LogSink *sink = NULL;
	int r = log_settings_parse(c, &s, err);

	*ret = NULL;
	if (r < 0 || s.driver == LOG_DRIVER_NONE)
		return r;
	if (s.driver == LOG_DRIVER_JOURNALD)
		r = log_journald_open(loop, c, &s, &sink, err);
	else
		r = log_file_open(loop, dirfd, LOG_FILE, &s, &sink, err);
	if (r >= 0)
		*ret = log_writer_new(sink);
	return r;
}

LogWriter *log_writer_free(LogWriter *w)
{
	if (!w)
		return NULL;
	log_writer_flush(w, LOG_STDOUT);
	log_writer_flush(w, LOG_STDERR);
	w->sink->free(w->sink);
	free(w->lines[0].data);
	free(w->lines[1].data);
	free(w);
	return NULL;
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

static void line_keep(Line *line, const char *s, size_t n)
{
	if (!line->data)
		line->data = xmalloc(LOG_PIECE_MAX);
	memcpy(line->data + line->n, s, n);
	line->n += n;
}

void log_writer_add(LogWriter *w, LogStream stream, const void *data, size_t n)
{
	Line *line = &w->lines[stream];
	const char *s = data;

	w->sink->begin(w->sink, stream);
	while (n > 0) {
		bool whole;
		size_t k = piece_length(s, n, line->n, &whole);

		if (whole && line->n == 0) {
			w->sink->piece(w->sink, s, k);
		} else {
			line_keep(line, s, k);
			if (whole) {
				w->sink->piece(w->sink, line->data, line->n);
				line->n = 0;
			}
		}
		s += k;
		n -= k;
	}
	w->sink->end(w->sink);
}

void log_writer_flush(LogWriter *w, LogStream stream)
{
	Line *line = &w->lines[stream];

	if (!line->n)
		return;
	w->sink->begin(w->sink, stream);
	w->sink->piece(w->sink, line->data, line->n);
	w->sink->end(w->sink);
	line->n = 0;
}

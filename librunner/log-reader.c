#include "librunner/log-reader.h"

#include "libcommon/alloc.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/log-files.h"
#include "librunner/log-line.h"

/* Beyond what the writer's longest piece can become with every byte escaped, and its attributes. */
#define LINE_MAX_SIZE (256 << 10)

struct LogReader {
	LogFiles *files;
	char *path;
	LogLine line;
};

LogReader *log_reader_free(LogReader *r)
{
	if (!r)
		return NULL;
	log_files_free(r->files);
	free(r->path);
	log_line_clear(&r->line);
	free(r);
	return NULL;
}

typedef struct TailState {
	LogLine line;
	bool seen[2]; /* a piece of this stream stands behind */
} TailState;

/* Lines are counted, not pieces: a piece counts when it ends a line, or is the last of its stream.
 */
static bool ends_line(const char *text, size_t n, void *userdata)
{
	TailState *t = userdata;
	bool last;

	if (log_line_parse(text, n, &t->line) < 0 || t->line.data.len == 0)
		return false;
	last = !t->seen[t->line.is_stderr];
	t->seen[t->line.is_stderr] = true;
	return last || t->line.data.data[t->line.data.len - 1] == '\n';
}

int log_reader_open(int dirfd, const char *path, int64_t tail, LogReader **ret, Error **err)
{
	cleanup_log_reader LogReader *reader = xnew0(LogReader, 1);
	TailState state = { 0 };
	int r = log_files_open(dirfd, path, LINE_MAX_SIZE, &reader->files, err);

	reader->path = xstrdup(path);
	if (r >= 0 && tail >= 0)
		r = log_files_seek_tail(reader->files, (uint64_t)tail, ends_line, &state, err);
	log_line_clear(&state.line);
	if (r < 0)
		return error_prefix(err, r, "read the log");
	*ret = steal(&reader);
	return 0;
}

/* One line of the file. As log_output_add(). */
static int reader_line(LogReader *r, LogOutput *o, const char *text, size_t n)
{
	if (log_line_parse(text, n, &r->line) < 0) {
		log_debug("the log %s has a line that is none: %.*s", r->path,
			  (int)(n < 80 ? n : 80), text);
		return 1;
	}
	return log_output_add(o, &r->line);
}

int log_reader_copy(LogReader *r, LogOutput *o, Error **err)
{
	const char *text;
	size_t n;
	int result, more = 1;

	while (more && (result = log_files_line(r->files, &text, &n, err)) > 0)
		more = reader_line(r, o, text, n);
	if (more && result < 0)
		return error_prefix(err, result, "read the log");
	result = log_output_flush(o, err);
	return result < 0 ? result : more;
}

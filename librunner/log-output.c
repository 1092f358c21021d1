#include "librunner/log-output.h"

#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "libcommon/timestamp.h"

/* Lines are collected up to this size before they are written. */
#define PENDING_MAX (64 << 10)

static int parse_bound(const char *name, const char *text, int64_t *ret, Error **err)
{
	if (str_empty(text))
		return 0;
	return error_prefix(err, timestamp_parse_filter(text, timestamp_current(), ret, err),
			    "invalid value for \"%s\"", name);
}

int log_output_init(LogOutput *o, const LogsOptions *options, Error **err)
{
	int r;

	*o = (LogOutput){ .since = INT64_MIN, .until = INT64_MAX, .out = 1, .err = 2 };
	o->timestamps = options->timestamps;
	r = parse_bound("since", options->since, &o->since, err);
	return r < 0 ? r : parse_bound("until", options->until, &o->until, err);
}

/* The order between the streams is kept as far as two descriptors can keep it. */
static int flush_stream(LogOutput *o, bool is_stderr, Error **err)
{
	Strbuf *b = &o->pending[is_stderr];
	int r = b->len ? fd_write_all(is_stderr ? o->err : o->out, b->data, b->len) : 0;

	b->len = 0;
	return r < 0 ? error_errno(err, -r, "write the log") : 0;
}

int log_output_flush(LogOutput *o, Error **err)
{
	int r = flush_stream(o, false, err);

	return r < 0 ? r : flush_stream(o, true, err);
}

int log_output_add(LogOutput *o, int64_t time, bool is_stderr, const char *data, size_t n)
{
	Strbuf *b = &o->pending[is_stderr];

	if (time > o->until)
		return 0;
	if (time < o->since || n == 0)
		return 1;
	if (o->pending[!is_stderr].len || b->len > PENDING_MAX)
		if (log_output_flush(o, NULL) < 0)
			return 0;
	if (o->timestamps && !o->open_line[is_stderr]) {
		cleanup_free char *text = timestamp_text(time);

		strbuf_addf(b, "%s ", text);
	}
	strbuf_add(b, data, n);
	o->open_line[is_stderr] = data[n - 1] != '\n';
	return 1;
}

void log_output_clear(LogOutput *o)
{
	strbuf_clear(&o->pending[0]);
	strbuf_clear(&o->pending[1]);
}

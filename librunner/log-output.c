#include "librunner/log-output.h"

#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "libcommon/timestamp.h"

/* Lines are collected up to this size before they are written. */
#define PENDING_MAX (64 << 10)

static int parse_bound(const char *name, const char *text, int64_t *ret, Error **err)
{
	/* Zero is "not given", as Docker has it. */
	if (str_empty(text) || streq(text, "0"))
		return 0;
	return error_prefix(err, timestamp_parse_filter(text, timestamp_current(), ret, err),
			    "invalid value for \"%s\"", name);
}

int log_output_init(LogOutput *o, const LogsOptions *options, Error **err)
{
	int r;

	*o = (LogOutput){ .since = INT64_MIN, .until = INT64_MAX, .out = 1, .err = 2 };
	o->timestamps = options->timestamps;
	o->details = options->details;
	r = parse_bound("since", options->since, &o->since, err);
	return r < 0 ? r : parse_bound("until", options->until, &o->until, err);
}

/* The order between the streams is kept as far as two descriptors can keep it. */
static int flush_stream(LogOutput *o, bool is_stderr, Error **err)
{
	Strbuf *b = &o->pending[is_stderr];
	int r = b->len && !o->trouble ? fd_write_all(is_stderr ? o->err : o->out, b->data, b->len)
				      : 0;

	b->len = 0;
	if (r < 0)
		o->trouble = -r;
	return o->trouble ? error_errno(err, o->trouble, "write the log") : 0;
}

int log_output_flush(LogOutput *o, Error **err)
{
	int r = flush_stream(o, false, err);

	return r < 0 ? r : flush_stream(o, true, err);
}

/* What stands in front of a line. */
static void add_prefix(const LogOutput *o, Strbuf *b, const LogLine *line)
{
	if (o->timestamps) {
		cleanup_free char *text = timestamp_text(line->time);

		strbuf_addf(b, "%s ", text);
	}
	if (o->details) {
		const Strbuf *details = line->details.len ? &line->details : &o->common_details;

		strbuf_add(b, details->data, details->len);
		strbuf_addc(b, ' ');
	}
}

int log_output_add(LogOutput *o, const LogLine *line)
{
	Strbuf *b = &o->pending[line->is_stderr];
	bool *open = &o->open_line[line->is_stderr];

	if (line->time > o->until)
		return 0;
	if (line->time < o->since || line->data.len == 0)
		return 1;
	if (o->pending[!line->is_stderr].len || b->len > PENDING_MAX)
		if (log_output_flush(o, NULL) < 0)
			return 0;
	if (!*open)
		add_prefix(o, b, line);
	strbuf_add(b, line->data.data, line->data.len);
	*open = line->data.data[line->data.len - 1] != '\n';
	return 1;
}

void log_output_clear(LogOutput *o)
{
	strbuf_clear(&o->pending[0]);
	strbuf_clear(&o->pending[1]);
	strbuf_clear(&o->common_details);
}

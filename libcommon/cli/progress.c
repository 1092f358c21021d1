#include "libcommon/cli/progress.h"

#include <sys/ioctl.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "libcommon/units.h"

/* Terminals narrower than this get the numbers without the bar, as in docker. */
#define BAR_MIN_COLUMNS 110
#define BAR_LENGTH 50

struct Progress {
	int fd;
	bool quiet, terminal;
	char **ids; /* one line each, the last one above the cursor */
};

Progress *progress_new(int fd, bool quiet)
{
	const char *term = getenv("TERM");
	Progress *p = xnew0(Progress, 1);

	p->fd = fd;
	p->quiet = quiet;
	p->terminal = isatty(fd) && !str_empty(term) && !streq(term, "dumb");
	return p;
}

Progress *progress_free(Progress *p)
{
	if (!p)
		return NULL;
	strv_free(p->ids);
	free(p);
	return NULL;
}

/* ---- a line ---- */

static struct winsize window(const Progress *p)
{
	struct winsize ws;

	if (ioctl(p->fd, TIOCGWINSZ, &ws) < 0 || ws.ws_col == 0)
		return (struct winsize){ .ws_col = 80, .ws_row = 24 };
	return ws;
}

static char *bar(int64_t current, int64_t total)
{
	int filled = (int)((double)current / (double)total * 100) / 2;
	char line[BAR_LENGTH + 1];

	if (filled > BAR_LENGTH || current > total)
		filled = BAR_LENGTH;
	memset(line, '=', sizeof(line));
	line[BAR_LENGTH] = '\0';
	return xasprintf("[%.*s>%*s] ", filled, line, BAR_LENGTH - filled, "");
}

/* "[=====>      ]  12.3MB/45.6MB"; "" when nothing is known. */
static char *detail_text(const json_t *detail, unsigned columns)
{
	int64_t current = json_integer_value(json_object_get(detail, "current"));
	int64_t total = json_integer_value(json_object_get(detail, "total"));
	cleanup_free char *now = human_size((double)current), *all = human_size((double)total);
	cleanup_free char *drawn = NULL;

	if (current < 0 || (current == 0 && total <= 0))
		return xstrdup("");
	if (total <= 0)
		return xasprintf("%8s", now);
	drawn = columns > BAR_MIN_COLUMNS ? bar(current, total) : xstrdup("");
	if (current > total)
		return xasprintf("%s%8s", drawn, now);
	return xasprintf("%s%8s/%s", drawn, now, all);
}

static char *printable_member(const json_t *message, const char *key)
{
	const char *s = json_string_value(json_object_get(message, key));

	return s ? str_printable(s) : NULL;
}

/* Cuts a line so that it fills no second one, which would break the counting of lines. */
static void cut_columns(Strbuf *line, size_t columns)
{
	size_t n = 0, i = 0;

	for (; i < line->len; i++)
		if (((unsigned char)line->data[i] & 0xc0) != 0x80 && n++ >= columns)
			break;
	line->len = i;
	if (line->data)
		line->data[i] = '\0';
}

static void add_status(Strbuf *line, const json_t *message)
{
	cleanup_free char *id = printable_member(message, "id");
	cleanup_free char *status = printable_member(message, "status");

	if (!str_empty(id))
		strbuf_addf(line, "%s: ", id);
	strbuf_adds(line, status ? status : "");
}

/* ---- drawing ---- */

/* How many lines above the cursor the id's line is; an id that is new gets one. */
static size_t line_of(Progress *p, const char *id, Strbuf *out)
{
	size_t n = strv_length(p->ids);

	for (size_t i = 0; i < n; i++)
		if (streq(p->ids[i], id))
			return n - i;
	strv_add(&p->ids, id);
	strbuf_addc(out, '\n');
	return 1;
}

static void draw(Progress *p, const char *id, const json_t *message, const json_t *detail)
{
	cleanup_strbuf Strbuf out = STRBUF_INIT, line = STRBUF_INIT;
	struct winsize ws = window(p);
	cleanup_free char *text = detail_text(detail, ws.ws_col);
	size_t up = line_of(p, id, &out);

	add_status(&line, message);
	strbuf_addf(&line, " %s", text);
	cut_columns(&line, ws.ws_col - 1U);
	/* A line that has scrolled out of the window cannot be reached any more. */
	if (up < ws.ws_row)
		strbuf_addf(&out, "\x1b[%zuA\x1b[2K\r%s\r\x1b[%zuB", up, line.data, up);
	(void)fd_write_all(p->fd, out.data, out.len);
}

static void print_line(Progress *p, const json_t *message)
{
	cleanup_strbuf Strbuf line = STRBUF_INIT;

	add_status(&line, message);
	strbuf_addc(&line, '\n');
	(void)fd_write_all(p->fd, line.data, line.len);
}

static void print_stream(Progress *p, const json_t *stream)
{
	(void)fd_write_all(p->fd, json_string_value(stream), json_string_length(stream));
}

static bool has_counts(const json_t *detail)
{
	return json_integer_value(json_object_get(detail, "current")) > 0 ||
	       json_integer_value(json_object_get(detail, "total")) > 0;
}

/* What is not a layer's line stands below the others, which stay as they are from then on. */
static void forget_lines(Progress *p)
{
	p->ids = strv_free(p->ids);
}

void progress_message(Progress *p, const json_t *message)
{
	const json_t *detail = json_object_get(message, "progressDetail");
	const json_t *stream = json_object_get(message, "stream");
	const char *id = json_string_value(json_object_get(message, "id"));

	if (p->quiet || (!stream && !json_object_get(message, "status")))
		return;
	if (p->terminal && detail && !str_empty(id)) {
		draw(p, id, message, detail);
		return;
	}
	forget_lines(p);
	if (json_is_string(stream))
		print_stream(p, stream);
	else if (!has_counts(detail))
		print_line(p, message);
}

/* display-terminal: progress in Docker's layout, drawn in place. */
#include "compose/cli/display.h"

#include <sys/ioctl.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/loop.h"
#include "libcommon/str.h"
#include "libcommon/units.h"

#define GREEN "\033[32m"
#define BLUE "\033[34m"
#define YELLOW "\033[33m"
#define RED "\033[31;1m"
#define RESET "\033[0m"
#define HIDE_CURSOR "\033[?25l"
#define SHOW_CURSOR "\033[?25h"
#define CLEAR_LINE "\033[K"

#define DEFAULT_COLUMNS 80
#define DEFAULT_ROWS 24
#define USEC_PER_SEC 1e6

static void screen_size(const Display *d, size_t *ret_columns, size_t *ret_rows)
{
	struct winsize ws;
	bool known = ioctl(d->fd, TIOCGWINSZ, &ws) == 0;

	*ret_columns = known && ws.ws_col ? ws.ws_col : DEFAULT_COLUMNS;
	*ret_rows = known && ws.ws_row ? ws.ws_row : DEFAULT_ROWS;
}

static size_t display_width(const char *s)
{
	size_t n = 0;

	/* Continuation bytes of UTF-8 take no room. */
	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static const char *color_of(WorkStatus status)
{
	static const char *const colors[] = { [WORK_WORKING] = "",
					      [WORK_DONE] = GREEN,
					      [WORK_WARNING] = YELLOW,
					      [WORK_ERROR] = RED };

	return colors[status];
}

static const char *mark_of(const Display *d, WorkStatus status)
{
	static const char *const frames[] = { "⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏" };
	static const char *const marks[] = { [WORK_DONE] = GREEN "✔" RESET,
					     [WORK_WARNING] = YELLOW "!" RESET,
					     [WORK_ERROR] = RED "✘" RESET };

	if (status == WORK_WORKING)
		return frames[d->frame % (sizeof(frames) / sizeof(*frames))];
	return marks[status];
}

/* How far the parts of a thing are, as one figure each: "[⣿⣀] 1.2MB / 3MB". */
static void add_parts(const Display *d, const Line *line, Strbuf *text)
{
	static const char *const fill[] = { "⠀", "⡀", "⣀", "⣄", "⣤", "⣦", "⣶", "⣷", "⣿" };
	int64_t current = 0, total = 0;
	bool known = true, any = false;
	Strbuf bar = STRBUF_INIT;

	for (size_t i = 0; i < d->n; i++) {
		const Line *part = d->lines[i];
		size_t level = sizeof(fill) / sizeof(*fill) - 1;

		if (!streq_null(part->parent, line->id))
			continue;
		any = true;
		known &= part->status != WORK_WORKING || part->total > 0;
		current += part->current;
		total += part->total;
		if (part->status == WORK_WORKING)
			level = part->total > 0 && part->current < part->total
					? level * (size_t)part->current / (size_t)part->total
				: part->total > 0 ? level
						  : 0;
		strbuf_adds(&bar, fill[level]);
	}
	if (any) {
		cleanup_free char *has = human_size((double)current);
		cleanup_free char *all = human_size((double)total);

		strbuf_addf(text, " [" GREEN "%s" RESET "]", bar.data);
		if (known && total)
			strbuf_addf(text, " %7s / %-7s", has, all);
	}
	strbuf_clear(&bar);
}

/* Cuts a status that does not fit. */
static char *fitting(const char *detail, size_t room)
{
	size_t n = detail ? strlen(detail) : 0;

	if (n <= room)
		return str_printable(detail ? detail : "");
	while (room > 0 && ((unsigned char)detail[room] & 0xc0) == 0x80)
		room--;
	return xasprintf("%.*s...", (int)room, detail);
}

static void add_line(const Display *d, const Line *line, size_t padding, size_t columns,
		     Strbuf *out)
{
	double elapsed =
		(double)((line->end ? line->end : now_usec()) - line->begin) / USEC_PER_SEC;
	cleanup_free char *timer = xasprintf("%.1fs ", elapsed);
	cleanup_free char *plain = xasprintf("%s %s", line->id, line->text);
	size_t width = display_width(plain), used = 4 + (width < padding ? padding : width);
	size_t room = columns > used + 16 ? columns - used - 16 : 0;
	cleanup_free char *detail = fitting(line->detail, room);
	cleanup_strbuf Strbuf text = STRBUF_INIT;

	strbuf_adds(&text, line->id);
	if (line->status == WORK_WORKING)
		add_parts(d, line, &text);
	strbuf_addf(&text, " %s", line->text);
	strbuf_addf(out, "%s %s%s %s%*s %s%s%s", line->parent ? "  " : "", mark_of(d, line->status),
		    d->dry_run ? BLUE DRY_RUN_PREFIX RESET : "", text.data,
		    (int)(width < padding ? padding - width : 0), "", color_of(line->status),
		    detail, RESET);
	used += 1 + display_width(detail) + (line->parent ? 2 : 0);
	strbuf_addf(out, "%*s" BLUE "%s" RESET CLEAR_LINE "\n",
		    (int)(columns > used + strlen(timer) ? columns - used - strlen(timer) : 1), "",
		    timer);
}

static size_t widest_line(const Display *d)
{
	size_t widest = 0;

	for (size_t i = 0; i < d->n; i++) {
		size_t n = display_width(d->lines[i]->id) + 1 + display_width(d->lines[i]->text);

		if (n > widest)
			widest = n;
	}
	return widest;
}

static size_t add_lines(const Display *d, size_t columns, size_t rows, Strbuf *out)
{
	bool parts = d->n + 2 <= rows;
	size_t padding = widest_line(d), drawn = 0;

	for (size_t i = 0; i < d->n && drawn + 2 < rows; i++) {
		if (d->lines[i]->parent)
			continue;
		add_line(d, d->lines[i], padding, columns, out);
		drawn++;
		for (size_t k = 0; parts && k < d->n; k++)
			if (streq_null(d->lines[k]->parent, d->lines[i]->id)) {
				add_line(d, d->lines[k], padding, columns, out);
				drawn++;
			}
	}
	return drawn;
}

void display_draw(Display *d)
{
	cleanup_strbuf Strbuf out = STRBUF_INIT;
	size_t columns, rows, done = 0;

	screen_size(d, &columns, &rows);
	for (size_t i = 0; i < d->n; i++)
		done += d->lines[i]->status != WORK_WORKING;
	strbuf_adds(&out, HIDE_CURSOR);
	if (d->drawn)
		strbuf_addf(&out, "\033[%zuA", d->drawn + 1);
	strbuf_addf(&out, "\r%s[+] %s %zu/%zu%s" CLEAR_LINE "\n", done == d->n ? BLUE : "",
		    d->title, done, d->n, done == d->n ? RESET : "");
	d->drawn = add_lines(d, columns, rows, &out);
	strbuf_adds(&out, SHOW_CURSOR);
	(void)fd_write_all(d->fd, out.data, out.len);
	d->last = now_usec();
	d->frame++;
}

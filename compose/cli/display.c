/* display: progress, one line for each thing that something happens to; on a pipe one line for each
 * thing that happens. */
#include "compose/cli/display.h"

#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/loop.h"
#include "libcommon/str.h"

/* How often a terminal is drawn anew. */
#define DRAW_USEC 50000

bool ansi_wanted(const ComposeGlobals *g, int fd)
{
	const char *ansi = str_empty(g->ansi) ? getenv("COMPOSE_ANSI") : g->ansi;

	if (g->no_ansi || (ansi && streq(ansi, "never")))
		return false;
	if (ansi && streq(ansi, "always"))
		return true;
	return isatty(fd);
}

DisplayMode display_mode(const ComposeGlobals *g)
{
	const char *progress = str_empty(g->progress) ? getenv("COMPOSE_PROGRESS") : g->progress;

	if (progress && streq(progress, "quiet"))
		return DISPLAY_QUIET;
	if (progress && streq(progress, "plain"))
		return DISPLAY_PLAIN;
	if (progress && streq(progress, "tty"))
		return DISPLAY_TERMINAL;
	return isatty(2) && ansi_wanted(g, 2) ? DISPLAY_TERMINAL : DISPLAY_PLAIN;
}

Display *display_new(DisplayMode mode, const char *title, bool dry_run)
{
	const char *to_stdout = getenv("COMPOSE_STATUS_STDOUT");
	Display *d = xnew0(Display, 1);

	d->mode = mode;
	d->title = xstrdup(title);
	d->dry_run = dry_run;
	d->fd = !str_empty(to_stdout) && !streq(to_stdout, "0") && !streq(to_stdout, "false") ? 1
											      : 2;
	return d;
}

static void forget_lines(Display *d)
{
	for (size_t i = 0; i < d->n; i++) {
		free(d->lines[i]->id);
		free(d->lines[i]->parent);
		free(d->lines[i]->text);
		free(d->lines[i]->detail);
		free(d->lines[i]);
	}
	d->n = d->drawn = 0;
}

Display *display_free(Display *d)
{
	if (!d)
		return NULL;
	display_finish(d);
	free(d->lines);
	free(d->title);
	free(d);
	return NULL;
}

void display_set_title(Display *d, const char *title)
{
	free(d->title);
	d->title = xstrdup(title);
}

static Line *line_of(Display *d, const WorkEvent *e)
{
	Line *line;

	for (size_t i = 0; i < d->n; i++)
		if (streq(d->lines[i]->id, e->id) && streq_null(d->lines[i]->parent, e->parent))
			return d->lines[i];
	GROW(d->lines, d->n, &d->cap);
	line = d->lines[d->n++] = xnew0(Line, 1);
	line->id = xstrdup(e->id);
	line->parent = xstrdup(e->parent);
	line->begin = now_usec();
	return line;
}

static void line_set(Line *line, const WorkEvent *e)
{
	free(line->text);
	free(line->detail);
	line->text = xstrdup(e->text);
	line->detail = xstrdup(e->detail);
	line->status = e->status;
	line->current = e->current;
	line->total = e->total;
	line->end = e->status == WORK_WORKING ? 0 : now_usec();
}

static void print_plain(const Display *d, const WorkEvent *e)
{
	FILE *f = d->fd == 1 ? stdout : stderr;
	cleanup_free char *detail = str_printable(e->detail ? e->detail : "");

	/* Layers of images are for terminals. */
	if (e->parent)
		return;
	fprintf(f, "%s %s %s %s\n", d->dry_run ? DRY_RUN_PREFIX : "", e->id, e->text, detail);
	(void)fflush(f);
}

void display_event(const WorkEvent *e, void *userdata)
{
	Display *d = userdata;
	bool settled;

	if (d->mode == DISPLAY_QUIET)
		return;
	if (d->mode == DISPLAY_PLAIN) {
		print_plain(d, e);
		return;
	}
	line_set(line_of(d, e), e);
	settled = e->status != WORK_WORKING;
	if (settled || now_usec() - d->last >= DRAW_USEC)
		display_draw(d);
}

void display_notice(const char *line, void *userdata)
{
	Display *d = userdata;
	cleanup_free char *safe = str_printable(line);

	/* What was drawn stays above; what follows is drawn below. */
	display_finish(d);
	fprintf(stderr, "%s\n", safe);
}

void display_tick(void *userdata)
{
	Display *d = userdata;

	if (d->mode == DISPLAY_TERMINAL && d->n)
		display_draw(d);
}

void display_finish(Display *d)
{
	if (d->mode == DISPLAY_TERMINAL && d->n)
		display_draw(d);
	forget_lines(d);
}

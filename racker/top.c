#include <stdio.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/container-top.h"
#include "racker/commands.h"
#include "racker/engine.h"

/* Docker's client: columns are at least that wide, with that many blanks behind the longest. */
#define MIN_WIDTH 20
#define PADDING 3

static size_t text_width(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static size_t *column_widths(char *const *lines, size_t *ret_n)
{
	cleanup_strv char **titles = strv_split(lines[0], '\t');
	size_t n = strv_length(titles), *widths = xnew0(size_t, n + 1);

	STRV_FOREACH(l, lines) {
		cleanup_strv char **cells = strv_split(*l, '\t');

		for (size_t i = 0; i < n && cells[i]; i++)
			if (text_width(cells[i]) > widths[i])
				widths[i] = text_width(cells[i]);
	}
	for (size_t i = 0; i < n; i++)
		widths[i] = widths[i] + PADDING < MIN_WIDTH ? MIN_WIDTH : widths[i] + PADDING;
	*ret_n = n;
	return widths;
}

static void print_lines(char *const *lines)
{
	size_t n;
	cleanup_free size_t *widths = column_widths(lines, &n);

	STRV_FOREACH(l, lines) {
		cleanup_strv char **cells = strv_split(*l, '\t');

		for (size_t i = 0; cells[i]; i++) {
			cleanup_free char *text = str_printable(cells[i]);

			printf("%s", text);
			if (cells[i + 1] && i < n)
				printf("%*s", (int)(widths[i] - text_width(cells[i])), "");
		}
		putchar('\n');
	}
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	cleanup_strv char **lines = NULL;
	int r = engine_open(cli, &engine, err);

	(void)opts;
	if (r >= 0)
		r = container_top(engine.rt, operands[0], operands + 1, &lines, err);
	if (r >= 0)
		print_lines(lines);
	return r;
}

const Command command_top = {
	.name = "top",
	.aliases = "container top, top",
	.usage = "top CONTAINER [ps OPTIONS]",
	.summary = "Display the running processes of a container",
	.flags = COMMAND_STOP_AT_OPERAND,
	.min_args = 1,
	.max_args = -1,
	.run = run,
};

#include "libcommon/cli/tab-align.h"

#include "libcommon/alloc.h"

#define MIN_WIDTH 10
#define PADDING 3

typedef struct Aligner {
	char ***lines; /* the cells of each line */
	size_t n, cap;
	size_t written; /* lines that are out */
	size_t *widths;
	size_t n_widths, cap_widths;
	Strbuf *out;
} Aligner;

static size_t count_runes(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

/* Whether a tab ends this cell of the line. */
static bool has_cell(char *const *line, size_t column)
{
	return column + 1 < strv_length(line);
}

static void write_lines(Aligner *a, size_t end)
{
	for (; a->written < end; a->written++) {
		char **line = a->lines[a->written];

		for (size_t i = 0; line[i]; i++) {
			strbuf_adds(a->out, line[i]);
			if (i >= a->n_widths)
				continue;
			for (size_t n = count_runes(line[i]); n < a->widths[i]; n++)
				strbuf_addc(a->out, ' ');
		}
		strbuf_addc(a->out, '\n');
	}
}

/* The lines from `start` on that have a cell in the column, and its width. */
static size_t block_end(const Aligner *a, size_t start, size_t end, size_t column,
			size_t *ret_width)
{
	*ret_width = MIN_WIDTH;
	for (; start < end && has_cell(a->lines[start], column); start++) {
		size_t width = count_runes(a->lines[start][column]) + PADDING;

		if (width > *ret_width)
			*ret_width = width;
	}
	return start;
}

/* Writes lines up to `end`, whose columns left of `column` have their widths. */
static void align_lines(Aligner *a, size_t end, size_t column)
{
	size_t i = a->written;

	while (i < end) {
		size_t width, next;

		if (!has_cell(a->lines[i], column)) {
			i++;
			continue;
		}
		write_lines(a, i);
		next = block_end(a, i, end, column, &width);
		GROW(a->widths, a->n_widths, &a->cap_widths);
		a->widths[a->n_widths++] = width;
		align_lines(a, next, column + 1);
		a->n_widths--;
		i = next;
	}
	write_lines(a, end);
}

void tab_align(const char *text, Strbuf *out)
{
	cleanup_strv char **lines = strv_split(text, '\n');
	Aligner a = { .out = out };

	STRV_FOREACH(line, lines) {
		/* The text ends with a newline, behind which there is no line. */
		if (!line[1] && !**line)
			break;
		GROW(a.lines, a.n, &a.cap);
		a.lines[a.n++] = strv_split(*line, '\t');
	}
	align_lines(&a, a.n, 0);
	for (size_t i = 0; i < a.n; i++)
		strv_free(a.lines[i]);
	free(a.lines);
	free(a.widths);
}

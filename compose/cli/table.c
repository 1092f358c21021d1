/* table: lists of Compose's own making. */
#include "compose/cli/cli.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"

#define PADDING 3

static size_t text_width(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

void compose_table_print(char *const *lines, size_t min_width)
{
	size_t *widths = NULL, n = 0, cap = 0;

	STRV_FOREACH(line, lines) {
		cleanup_strv char **cells = strv_split(*line, '\t');

		for (size_t i = 0; cells[i] && cells[i + 1]; i++) {
			size_t width = text_width(cells[i]) + PADDING;

			GROW(widths, n, &cap);
			if (i == n)
				widths[n++] = min_width;
			if (width > widths[i])
				widths[i] = width;
		}
	}
	STRV_FOREACH(line, lines) {
		cleanup_strv char **cells = strv_split(*line, '\t');

		for (size_t i = 0; cells[i]; i++) {
			cleanup_free char *text = str_printable(cells[i]);

			printf("%s", text);
			if (cells[i + 1])
				printf("%*s", (int)(widths[i] - text_width(cells[i])), "");
		}
		putchar('\n');
	}
	free(widths);
}

int compose_cli_format(const char *format, Error **err)
{
	if (!format || streq(format, "table") || streq(format, "json"))
		return 0;
	return error_set(err, EINVAL, "format value \"%s\" could not be parsed: parsing failed",
			 format);
}

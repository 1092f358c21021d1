/* help-flags: the options part of --help, laid out as pflag's FlagUsagesWrapped does. */
#include "libcommon/cli/command-internal.h"

#include "libcommon/alloc.h"

/* A line may be so much longer than it should when that saves a line of a few letters. */
#define SLOP 5
/* Text narrower than this is not worth its own column. */
#define MIN_COLUMN 24
#define BLOCK_INDENT 16

static void add_blanks(Strbuf *out, size_t n)
{
	for (; n > 0; n--)
		strbuf_addc(out, ' ');
}

/* Adds text whose line breaks keep the indentation. */
static void add_indented(Strbuf *out, const char *s, size_t n, size_t indent)
{
	for (; n > 0; s++, n--) {
		strbuf_addc(out, *s);
		if (*s == '\n')
			add_blanks(out, indent);
	}
}

/* How much of `s` stands on the next line. */
static size_t line_length(const char *s, size_t width)
{
	size_t blank = 0, newline = 0;

	if (width + SLOP > strlen(s))
		return strlen(s);
	for (size_t i = 0; i < width; i++) {
		if (s[i] == '\n')
			newline = i;
		if (strchr(" \t\n", s[i]))
			blank = i;
	}
	if (blank == 0)
		return strlen(s);
	return newline > 0 && newline < blank ? newline : blank;
}

static void add_wrapped(Strbuf *out, const char *s, size_t indent, size_t columns)
{
	size_t n;

	if (columns < indent + MIN_COLUMN) {
		indent = BLOCK_INDENT;
		strbuf_addc(out, '\n');
		add_blanks(out, indent);
	}
	if (columns < indent + MIN_COLUMN) {
		add_indented(out, s, strlen(s), indent);
		return;
	}
	for (bool first = true; first || *s; first = false) {
		if (!first) {
			strbuf_addc(out, '\n');
			add_blanks(out, indent);
		}
		n = line_length(s, columns - indent - SLOP);
		add_indented(out, s, n, indent);
		s += n + (s[n] != '\0');
	}
}

static char *flag_label(const Flag *f)
{
	cleanup_free char *start = f->letter ? xasprintf("  -%c, --%s", f->letter, f->name)
					     : xasprintf("      --%s", f->name);

	return f->type ? xasprintf("%s %s", start, f->type) : steal(&start);
}

static char *flag_text(const Flag *f)
{
	bool quoted = f->fallback && f->kind == FLAG_STRING && *f->fallback != '"';

	if (!f->fallback)
		return xstrdup(f->help);
	return xasprintf(quoted ? "%s (default \"%s\")" : "%s (default %s)", f->help, f->fallback);
}

static int compare_flags(const void *a, const void *b)
{
	return strcmp((*(const Flag *const *)a)->name, (*(const Flag *const *)b)->name);
}

void flags_help(Strbuf *out, const Flag *flags, size_t columns)
{
	const Flag **sorted = NULL;
	size_t n = 0, cap = 0, widest = 0;

	for (const Flag *f = flags; f && f->name; f++) {
		cleanup_free char *label = flag_label(f);

		if (f->hidden)
			continue;
		GROW(sorted, n, &cap);
		sorted[n++] = f;
		widest = strlen(label) > widest ? strlen(label) : widest;
	}
	if (n)
		qsort(sorted, n, sizeof(*sorted), compare_flags);
	for (size_t i = 0; i < n; i++) {
		cleanup_free char *label = flag_label(sorted[i]), *text = flag_text(sorted[i]);

		strbuf_adds(out, label);
		add_blanks(out, widest + 3 - strlen(label));
		add_wrapped(out, text, widest + 3, columns);
		strbuf_addc(out, '\n');
	}
	free(sorted);
}

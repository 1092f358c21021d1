#include "compose/variables.h"

#include <ctype.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"

/* `${A:-${B:-…}}`: deeper than anybody writes. */
#define MAX_NESTED 20

typedef struct Found {
	ComposeVariable *items;
	size_t n, cap;
} Found;

static void collect_text(Found *f, const char *text, size_t n, unsigned depth);

/* ---- one variable ---- */

static size_t name_length(const char *s, size_t n)
{
	size_t i = 0;

	if (n == 0 || isdigit((unsigned char)*s))
		return 0;
	while (i < n && (isalnum((unsigned char)s[i]) || s[i] == '_'))
		i++;
	return i;
}

static bool tells_nothing(const ComposeVariable *v)
{
	return !v->required && !*v->fallback && !*v->alternate;
}

static void variable_clear(ComposeVariable *v)
{
	free(v->name);
	free(v->fallback);
	free(v->alternate);
}

/* A variable is there once: as it is where more is said of it than its name. */
static void add(Found *f, ComposeVariable v)
{
	for (size_t i = 0; i < f->n; i++) {
		if (!streq(f->items[i].name, v.name))
			continue;
		if (tells_nothing(&f->items[i])) {
			variable_clear(&f->items[i]);
			f->items[i] = v;
		} else {
			variable_clear(&v);
		}
		return;
	}
	GROW(f->items, f->n, &f->cap);
	f->items[f->n++] = v;
}

/* What stands between the braces. */
static void add_braced(Found *f, const char *s, size_t n, unsigned depth)
{
	size_t length = name_length(s, n), skip = length;
	ComposeVariable v = { .name = xstrndup(s, length) };
	char kind;

	skip += skip < n && s[skip] == ':';
	kind = skip < n ? s[skip++] : '\0';
	v.required = kind == '?';
	v.fallback = kind == '-' ? xstrndup(s + skip, n - skip) : xstrdup("");
	v.alternate = kind == '+' ? xstrndup(s + skip, n - skip) : xstrdup("");
	if (length > 0)
		add(f, v);
	else
		variable_clear(&v);
	if (kind == '-' || kind == '+')
		collect_text(f, s + skip, n - skip, depth + 1);
}

/* The length up to the brace that closes what was opened before `s`, or n. */
static size_t braced_length(const char *s, size_t n)
{
	unsigned open = 1;

	for (size_t i = 0; i < n; i++) {
		if (s[i] == '$' && i + 1 < n && s[i + 1] == '{')
			open++;
		else if (s[i] == '}' && --open == 0)
			return i;
	}
	return n;
}

static void collect_text(Found *f, const char *text, size_t n, unsigned depth)
{
	size_t i = 0;

	while (depth <= MAX_NESTED && i < n) {
		const char *rest = text + i + 1;
		size_t left = n - i - 1, length;

		if (text[i] != '$') {
			i++;
		} else if (left > 0 && *rest == '{') {
			length = braced_length(rest + 1, left - 1);
			add_braced(f, rest + 1, length, depth);
			i += length + 2;
		} else if (left > 0 && *rest == '$') {
			i += 2;
		} else {
			length = name_length(rest, left);
			if (length > 0)
				add(f, (ComposeVariable){ .name = xstrndup(rest, length),
							  .fallback = xstrdup(""),
							  .alternate = xstrdup("") });
			i += length + 1;
		}
	}
}

/* ---- the tree ---- */

static void collect(Found *f, const json_t *value)
{
	const char *key;
	const json_t *item;
	size_t i;

	if (json_is_string(value))
		collect_text(f, json_string_value(value), json_string_length(value), 0);
	json_object_foreach((json_t *)value, key, item)
		collect(f, item);
	json_array_foreach((json_t *)value, i, item)
		collect(f, item);
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const ComposeVariable *)a)->name, ((const ComposeVariable *)b)->name);
}

ComposeVariable *compose_variables(const json_t *tree, size_t *ret_n)
{
	Found f = { 0 };

	collect(&f, tree);
	if (f.n)
		qsort(f.items, f.n, sizeof(*f.items), compare);
	*ret_n = f.n;
	return f.items;
}

void compose_variables_free(ComposeVariable *variables, size_t n)
{
	for (size_t i = 0; i < n; i++)
		variable_clear(&variables[i]);
	free(variables);
}

/* ---- the table ---- */

#define COLUMNS 4
#define MIN_WIDTH 20
#define PADDING 3

static void add_row(Strbuf *b, const char *const *cells, const size_t *widths)
{
	for (size_t i = 0; i < COLUMNS; i++)
		strbuf_addf(b, "%-*s", i + 1 < COLUMNS ? (int)widths[i] : 0, cells[i]);
	strbuf_addc(b, '\n');
}

char *compose_variables_text(const json_t *tree)
{
	static const char *const header[COLUMNS] = { "NAME", "REQUIRED", "DEFAULT VALUE",
						     "ALTERNATE VALUE" };
	size_t n, widths[COLUMNS] = { MIN_WIDTH, MIN_WIDTH, MIN_WIDTH, 0 };
	ComposeVariable *variables = compose_variables(tree, &n);
	Strbuf b = STRBUF_INIT;

	for (size_t i = 0; i < n; i++) {
		size_t name = strlen(variables[i].name) + PADDING,
		       fallback = strlen(variables[i].fallback) + PADDING;

		widths[0] = name > widths[0] ? name : widths[0];
		widths[2] = fallback > widths[2] ? fallback : widths[2];
	}
	add_row(&b, header, widths);
	for (size_t i = 0; i < n; i++) {
		const ComposeVariable *v = &variables[i];

		add_row(&b,
			(const char *const[]){ v->name, v->required ? "true" : "false", v->fallback,
					       v->alternate },
			widths);
	}
	compose_variables_free(variables, n);
	return strbuf_steal(&b);
}

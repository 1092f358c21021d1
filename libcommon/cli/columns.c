#include "libcommon/cli/columns.h"

#include <stdio.h>

#include "libcommon/alloc.h"
#include "libcommon/cli/tab-align.h"
#include "libcommon/cli/template.h"
#include "libcommon/json.h"

typedef struct Printer {
	const Column *columns;
	const ColumnsOptions *o;
	const void *const *rows;
	size_t n_rows;
	Strbuf out;
} Printer;

static char *cell(const Printer *p, const Column *c, const void *row)
{
	return c->text(row, !p->o->no_trunc);
}

/* ---- the default table ---- */

static bool in_table(const Printer *p, const Column *c)
{
	if (!p->o->keys)
		return c->standard;
	return strv_contains((char *const *)p->o->keys, c->key);
}

static const Column *find_column(const Printer *p, const char *key)
{
	for (const Column *c = p->columns; c->key; c++)
		if (streq(c->key, key))
			return c;
	return NULL;
}

/* The columns of the default table, in the caller's order if it chose them. */
static const Column **table_columns(const Printer *p)
{
	const Column **list = NULL;
	size_t n = 0, cap = 0;

	for (size_t i = 0; p->o->keys && p->o->keys[i]; i++) {
		const Column *c = find_column(p, p->o->keys[i]);

		if (!c)
			continue;
		GROW(list, n, &cap);
		list[n++] = c;
	}
	for (const Column *c = p->columns; !p->o->keys && c->key; c++) {
		if (!in_table(p, c))
			continue;
		GROW(list, n, &cap);
		list[n++] = c;
	}
	GROW(list, n, &cap);
	list[n] = NULL;
	return list;
}

static void print_table(Printer *p)
{
	const Column **columns = table_columns(p);
	cleanup_strbuf Strbuf text = STRBUF_INIT;

	for (const Column **c = columns; *c; c++)
		strbuf_addf(&text, "%s%s", c == columns ? "" : "\t", (*c)->header);
	strbuf_addc(&text, '\n');
	for (size_t i = 0; i < p->n_rows; i++) {
		for (const Column **c = columns; *c; c++) {
			cleanup_free char *value = cell(p, *c, p->rows[i]);

			strbuf_addf(&text, "%s%s", c == columns ? "" : "\t", value ? value : "");
		}
		strbuf_addc(&text, '\n');
	}
	tab_align(text.data, &p->out);
	free(columns);
}

/* ---- JSON ---- */

static json_t *text_value(char *text)
{
	cleanup_free char *owned = text;

	return owned ? json_string_lossy(owned, strlen(owned)) : json_null();
}

static int compare_columns(const void *a, const void *b)
{
	return strcmp((*(const Column *const *)a)->key, (*(const Column *const *)b)->key);
}

/* The row as an object with sorted keys; with a template, only what the template looks at. */
static json_t *row_object(const Printer *p, const Template *t, const void *row)
{
	const Column **sorted = NULL;
	json_t *object = json_object();
	size_t n = 0, cap = 0;

	for (const Column *c = p->columns; c->key; c++) {
		if (t && !template_uses(t, c->key))
			continue;
		GROW(sorted, n, &cap);
		sorted[n++] = c;
	}
	if (n)
		qsort(sorted, n, sizeof(*sorted), compare_columns);
	for (size_t i = 0; i < n; i++)
		(void)json_object_set_new(object, sorted[i]->key,
					  text_value(cell(p, sorted[i], row)));
	free(sorted);
	return object;
}

/* Go's encoder writes <, > and & so that the text can stand in HTML. */
static void add_html_safe(Strbuf *out, const char *json)
{
	for (; *json; json++)
		if (strchr("<>&", *json))
			strbuf_addf(out, "\\u%04x", (unsigned char)*json);
		else
			strbuf_addc(out, *json);
}

static void print_json(Printer *p)
{
	for (size_t i = 0; i < p->n_rows; i++) {
		cleanup_json json_t *object = row_object(p, NULL, p->rows[i]);
		cleanup_free char *text = json_text(object);

		add_html_safe(&p->out, text);
		strbuf_addc(&p->out, '\n');
	}
}

/* ---- templates ---- */

/* "a=b,c=d" as an object, for `{{.Label "a"}}`. */
static void add_label_lookup(const Printer *p, const Template *t, const void *row, json_t *object)
{
	const Column *c = find_column(p, "Labels");
	cleanup_free char *text = NULL;
	cleanup_strv char **pairs = NULL;
	json_t *labels;

	if (!c || !template_names(t, "Label"))
		return;
	labels = json_object();
	text = c->text(row, false);
	pairs = strv_split(text ? text : "", ',');
	STRV_FOREACH(it, pairs) {
		char *value = strchr(*it, '=');

		if (!value)
			continue;
		*value++ = '\0';
		(void)json_object_set_new(labels, *it, json_string_lossy(value, strlen(value)));
	}
	(void)json_object_set_new(object, "Label", labels);
}

static json_t *header_object(const Printer *p)
{
	json_t *object = json_object();

	for (const Column *c = p->columns; c->key; c++)
		(void)json_object_set_new(object, c->key, json_string(c->header ? c->header : ""));
	(void)json_object_set_new(object, "Label", json_object());
	return object;
}

static int execute(const Template *t, json_t *object, unsigned flags, Strbuf *text, Error **err)
{
	int r = template_execute(t, object, flags, text, err);

	strbuf_addc(text, '\n');
	return r < 0 ? error_prefix(err, r, "template parsing error") : 0;
}

/* In a format, the two characters \t and \n mean a tab and a line break. */
static char *unescape_format(const char *s)
{
	Strbuf b = STRBUF_INIT;

	for (; *s; s++)
		if (s[0] == '\\' && (s[1] == 't' || s[1] == 'n'))
			strbuf_addc(&b, *++s == 't' ? '\t' : '\n');
		else
			strbuf_addc(&b, *s);
	return strbuf_steal(&b);
}

static int print_template(Printer *p, const char *format, bool table, Error **err)
{
	cleanup(template_freep) Template *t = NULL;
	cleanup_free char *source = unescape_format(format);
	cleanup_strbuf Strbuf text = STRBUF_INIT;
	cleanup_json json_t *header = table ? header_object(p) : NULL;
	int r = template_parse(source, &t, err);

	if (r < 0)
		return error_prefix(err, r, "template parsing error");
	for (size_t i = 0; i < p->n_rows && r >= 0; i++) {
		cleanup_json json_t *object = row_object(p, t, p->rows[i]);

		if (i == 0 && table)
			r = execute(t, header, TEMPLATE_HEADER, &text, err);
		add_label_lookup(p, t, p->rows[i], object);
		if (r >= 0)
			r = execute(t, object, 0, &text, err);
	}
	if (r >= 0 && p->n_rows == 0 && table)
		r = execute(t, header, TEMPLATE_HEADER, &text, err);
	if (r < 0)
		return r;
	if (table)
		tab_align(text.data, &p->out);
	else if (text.data)
		strbuf_adds(&p->out, text.data);
	return 0;
}

static int print_rows(Printer *p, Error **err)
{
	const char *format = p->o->format ? p->o->format : "", *rest = startswith(format, "table");

	if (rest)
		rest += strspn(rest, " \t");
	if (!*format || (rest && !*rest)) {
		print_table(p);
		return 0;
	}
	if (streq(format, "json")) {
		print_json(p);
		return 0;
	}
	return print_template(p, rest ? rest : format, rest != NULL, err);
}

int columns_text(const Column *columns, const ColumnsOptions *o, const void *const *rows,
		 size_t n_rows, Strbuf *out, Error **err)
{
	Printer p = { columns, o, rows, n_rows, STRBUF_INIT };
	int r = print_rows(&p, err);

	if (r >= 0 && p.out.len)
		strbuf_add(out, p.out.data, p.out.len);
	strbuf_clear(&p.out);
	return r;
}

int columns_print(const Column *columns, const ColumnsOptions *o, const void *const *rows,
		  size_t n_rows, Error **err)
{
	Printer p = { columns, o, rows, n_rows, STRBUF_INIT };
	int r = print_rows(&p, err);

	/* All or nothing: a template that fails on the last row prints none. */
	if (r >= 0 && p.out.len)
		(void)fwrite(p.out.data, 1, p.out.len, stdout);
	strbuf_clear(&p.out);
	return r;
}

/* ps-sort: `ps --sort KEY`. */
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "racker/ps-columns.h"

/* What a line is sorted by: a number or a text, and where it was, so that equals stay in order. */
typedef struct SortItem {
	PsRow row;
	char *text;
	int64_t number;
	size_t place;
} SortItem;

typedef struct SortKey {
	const char *name;
	const char *column; /* its text, or … */
	int64_t (*number)(PsRow *row); /* … a number, the largest one first */
} SortKey;

static int64_t size_number(PsRow *row)
{
	row->size = true;
	ps_row_measure(row);
	return row->size_rw;
}

/* clang-format off */
static const SortKey sort_keys[] = {
	{ "name", "Names", NULL },
	{ "id", "ID", NULL },
	{ "image", "Image", NULL },
	{ "command", "Command", NULL },
	{ "created", NULL, NULL }, /* the order in which lists come */
	{ "status", "Status", NULL },
	{ "state", "State", NULL },
	{ "size", NULL, size_number },
	{ "network", "Networks", NULL },
	{ "addresses", "Addresses", NULL },
	{ .name = NULL },
};
/* clang-format on */

static int compare(const void *a, const void *b)
{
	const SortItem *x = a, *y = b;
	int r = strcmp(x->text ? x->text : "", y->text ? y->text : "");

	if (r == 0)
		r = (x->number < y->number) - (x->number > y->number);
	return r ? r : (x->place > y->place) - (x->place < y->place);
}

static char *column_text(const char *key, const PsRow *row)
{
	for (const Column *c = ps_columns; c->key; c++)
		if (key && streq(c->key, key))
			return c->text(row, false);
	return NULL;
}

static void sort_by(PsRow *rows, size_t n, const SortKey *key)
{
	SortItem *items = xnew0(SortItem, n + 1);

	for (size_t i = 0; i < n; i++)
		items[i] = (SortItem){ .row = rows[i],
				       .text = column_text(key->column, &rows[i]),
				       .place = i };
	for (size_t i = 0; i < n && key->number; i++)
		items[i].number = key->number(&items[i].row);
	qsort(items, n, sizeof(*items), compare);
	for (size_t i = 0; i < n; i++) {
		rows[i] = items[i].row;
		free(items[i].text);
	}
	free(items);
}

int ps_sort(PsRow *rows, size_t n, const char *key, Error **err)
{
	cleanup_free char *quoted = NULL;
	cleanup_strbuf Strbuf known = STRBUF_INIT;

	for (const SortKey *k = sort_keys; k->name; k++) {
		if (strcasecmp(k->name, key) == 0) {
			sort_by(rows, n, k);
			return 0;
		}
		strbuf_addf(&known, "%s%s", known.len ? ", " : "", k->name);
	}
	quoted = str_quote(key);
	return error_set(err, EINVAL, "invalid sort key %s: must be one of %s", quoted, known.data);
}

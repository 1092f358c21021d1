#include "libcommon/cli/columns.h"

#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/cli/tab-align.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "tests/tap.h"

typedef struct Row {
	const char *id, *name, *labels;
} Row;

static unsigned sizes_made;

static char *id_text(const void *row, bool truncate)
{
	return xstrndup(((const Row *)row)->id, truncate ? 4 : 64);
}

static char *name_text(const void *row, bool truncate)
{
	(void)truncate;
	return xstrdup(((const Row *)row)->name);
}

static char *labels_text(const void *row, bool truncate)
{
	(void)truncate;
	return xstrdup(((const Row *)row)->labels);
}

static char *size_text(const void *row, bool truncate)
{
	(void)row;
	(void)truncate;
	sizes_made++;
	return xstrdup("0B");
}

static const Column columns[] = {
	{ "CONTAINER ID", "ID", true, id_text }, { "PORTS", "Ports", true, labels_text },
	{ "NAMES", "Names", true, name_text },	 { "LABELS", "Labels", false, labels_text },
	{ "SIZE", "Size", false, size_text },	 { NULL },
};

static const Row one = { "0123456789", "first", "a=b,c=<d>" },
		 two = { "abcdef", "z\xc3\xa4", NULL };
static const void *const rows[] = { &one, &two };

/* What columns_print writes to stdout, or its error. */
static char *printed(const ColumnsOptions *o, size_t n)
{
	char path[] = "/tmp/columns-test-XXXXXX";
	cleanup_fd int file = mkstemp(path), saved = -1;
	cleanup_strbuf Strbuf text = STRBUF_INIT;
	cleanup_error Error *err = NULL;
	int r;

	(void)fflush(stdout);
	saved = dup(1);
	(void)dup2(file, 1);
	r = columns_print(columns, o, rows, n, &err);
	(void)fflush(stdout);
	(void)dup2(saved, 1);
	(void)fs_read_file(AT_FDCWD, path, 65536, &text);
	(void)unlink(path);
	if (r < 0)
		check_int(text.len, 0);
	return r < 0 ? xstrdup(err->msg) : strbuf_steal(&text);
}

static void expect(const char *format, const char *want)
{
	ColumnsOptions o = { .format = format };
	cleanup_free char *got = printed(&o, 2);

	check_str(got, want);
}

static void aligned(const char *text, const char *want)
{
	cleanup_strbuf Strbuf out = STRBUF_INIT;

	tab_align(text, &out);
	check_str(out.data ? out.data : "", want);
}

static void test_align(void)
{
	aligned("", "");
	aligned("a\tb\nlonger than ten\tc\n", "a                 b\nlonger than ten   c\n");
	aligned("a\t\tb\n", "a                   b\n");
	aligned("no tab\nx\ty\nno tab\n", "no tab\nx         y\nno tab\n");
	aligned("a\tb\tc\nd\te\n", "a         b         c\nd         e\n");
	/* A line without the cell ends the column's block. */
	aligned("aaaaaaaaaaaa\tb\nx\ny\tz\n", "aaaaaaaaaaaa   b\nx\ny         z\n");
}

static void test_table(void)
{
	static const char *const keys[] = { "Names", "ID", NULL };
	ColumnsOptions full = { .no_trunc = true }, chosen = { .keys = keys }, none = { 0 };
	cleanup_free char *a = printed(&full, 1), *b = printed(&chosen, 2), *c = printed(&none, 0);

	expect(NULL, "CONTAINER ID   PORTS       NAMES\n"
		     "0123           a=b,c=<d>   first\n"
		     "abcd                       z\xc3\xa4\n");
	expect("table", "CONTAINER ID   PORTS       NAMES\n"
			"0123           a=b,c=<d>   first\n"
			"abcd                       z\xc3\xa4\n");
	check_str(a, "CONTAINER ID   PORTS       NAMES\n0123456789     a=b,c=<d>   first\n");
	check_str(b, "NAMES     CONTAINER ID\nfirst     0123\nz\xc3\xa4        abcd\n");
	check_str(c, "CONTAINER ID   PORTS     NAMES\n");
	check_int(sizes_made, 0);
}

static void test_formats(void)
{
	expect("table {{.ID}}\\t{{upper .Names}}\\t{{.Label \"a\"}}",
	       "CONTAINER ID   NAMES     a\n0123           FIRST     b\nabcd           Z\xc3\xa4   "
	       "     \n");
	expect("{{.ID}}\\t{{.Names}}", "0123\tfirst\nabcd\tz\xc3\xa4\n");
	expect("{{.ID}}\\n-", "0123\n-\nabcd\n-\n");
	check_int(sizes_made, 0);
	expect("json", "{\"ID\":\"0123\",\"Labels\":\"a=b,c=\\u003cd\\u003e\",\"Names\":\"first\","
		       "\"Ports\":\"a=b,c=\\u003cd\\u003e\",\"Size\":\"0B\"}\n"
		       "{\"ID\":\"abcd\",\"Labels\":null,\"Names\":\"z\xc3\xa4\",\"Ports\":null,"
		       "\"Size\":\"0B\"}\n");
	expect("{{foo}}", "template parsing error: template: :1: function \"foo\" not defined");
	expect("{{.Foo}}",
	       "template parsing error: template: :1:2: executing \"\" at <.Foo>: can't "
	       "evaluate field Foo");
	expect("{{if .Labels}}{{.ID}}{{else}}{{.Foo}}{{end}}",
	       "template parsing error: template: :1:31: executing \"\" at <.Foo>: can't "
	       "evaluate "
	       "field Foo");
}

int main(void)
{
	test_align();
	test_table();
	test_formats();
	return tap_done();
}

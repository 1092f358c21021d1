/* Records: what goes in comes out, and a record that is cut anywhere is refused. */
#include "libcommon/record.h"

#include <errno.h>

#include "libcommon/alloc.h"
#include "tests/tap.h"

typedef struct Part {
	char *name;
	int64_t size;
} Part;

typedef struct Thing {
	char *id, *none;
	int64_t n;
	bool flag;
	char **words, **labels, **nothing;
	Part part;
	Part *pointer, *absent;
	Part *parts;
	size_t n_parts;
	json_t *raw;
} Thing;

static const JsonField part_fields[] = {
	JSON_STRING(Part, "Name", name, 0),
	JSON_INT(Part, "Size", size, 0),
	JSON_END,
};
static const JsonType part_type = { "Part", sizeof(Part), part_fields };

static const JsonField thing_fields[] = {
	JSON_STRING(Thing, "Id", id, 0),
	JSON_STRING(Thing, "None", none, 0),
	JSON_INT(Thing, "N", n, 0),
	JSON_BOOL(Thing, "Flag", flag, 0),
	JSON_STRV(Thing, "Words", words, 0),
	JSON_ENV(Thing, "Labels", labels, 0),
	JSON_SET(Thing, "Nothing", nothing, 0),
	JSON_OBJECT(Thing, "Part", part, &part_type, 0),
	JSON_POINTER(Thing, "Pointer", pointer, &part_type, 0),
	JSON_POINTER(Thing, "Absent", absent, &part_type, 0),
	JSON_ARRAY(Thing, "Parts", parts, n_parts, &part_type, 0),
	JSON_RAW(Thing, "Raw", raw, 0),
	JSON_END,
};
static const JsonType thing_type = { "Thing", sizeof(Thing), thing_fields };

static void encode(Strbuf *out)
{
	char *words[] = { (char *)"", (char *)"a b", (char *)"=-\x1f\n", NULL };
	char *labels[] = { (char *)"k=v", NULL };
	Part parts[] = { { (char *)"one", 1 }, { NULL, -2 } };
	cleanup_json json_t *raw = json_pack("{s:[i]}", "80/tcp", 1);
	Thing t = {
		.id = (char *)"id",
		.n = INT64_MIN,
		.flag = true,
		.words = words,
		.labels = labels,
		.part = { (char *)"inner", INT64_MAX },
		.pointer = &parts[0],
		.parts = parts,
		.n_parts = 2,
		.raw = raw,
	};

	record_encode(&thing_type, &t, out);
}

static void check_both_ways(const Strbuf *text)
{
	RecordReader reader = { text->data, text->data + text->len };
	cleanup_free char *raw = NULL;
	Thing t = { 0 };

	check_int(record_decode(&thing_type, &reader, &t), 0);
	check(reader.at == reader.end);
	check_str(t.id, "id");
	check(t.none == NULL);
	check(t.n == INT64_MIN && t.flag);
	check_int((int)strv_length(t.words), 3);
	check_str(t.words[2], "=-\x1f\n");
	check_str(t.labels[0], "k=v");
	check(t.nothing == NULL && t.absent == NULL);
	check_str(t.part.name, "inner");
	check_str(t.pointer->name, "one");
	check_int((int)t.n_parts, 2);
	check(t.parts[1].name == NULL && t.parts[1].size == -2);
	raw = json_text(t.raw);
	check_str(raw, "{\"80/tcp\":[1]}");
	json_clear(&thing_type, &t);
}

/* Cut anywhere, and with each byte changed: refused or read, never worse. */
static void check_damaged(const Strbuf *text)
{
	unsigned accepted = 0;

	for (size_t n = 0; n < text->len; n++) {
		cleanup_free char *copy = xmemdup(text->data, text->len);
		RecordReader cut = { copy, copy + n }, changed = { copy, copy + text->len };
		Thing t = { 0 };

		accepted += record_decode(&thing_type, &cut, &t) >= 0;
		json_clear(&thing_type, &t);
		copy[n] = '9';
		(void)record_decode(&thing_type, &changed, &t);
		json_clear(&thing_type, &t);
	}
	check_int((int)accepted, 0);
}

int main(void)
{
	cleanup_strbuf Strbuf text = STRBUF_INIT, a = STRBUF_INIT, b = STRBUF_INIT;

	encode(&text);
	check_both_ways(&text);
	check_damaged(&text);
	record_signature(&thing_type, &a);
	record_signature(&part_type, &b);
	check_str(b.data, "Name:0,Size:1,");
	check(strcmp(a.data, b.data) != 0);
	return tap_done();
}

/* Every value is a NUL-terminated text: a string behind `=` (`-` for none), a number, a count in
 * front of the elements of a vector. */
#include "libcommon/record.h"

#include <errno.h>

#include "libcommon/alloc.h"

/* Where the first character of a string stands for one that is there. */
#define PRESENT '='
#define ABSENT '-'

void record_signature(const JsonType *type, Strbuf *out)
{
	for (const JsonField *f = type->fields; f->name; f++) {
		strbuf_addf(out, "%s:%d,", f->name, (int)f->kind);
		if (f->sub)
			record_signature(f->sub, out);
	}
}

/* ---- writing ---- */

static void add_number(Strbuf *out, int64_t n)
{
	strbuf_addf(out, "%lld", (long long)n);
	strbuf_addc(out, '\0');
}

static void add_string(Strbuf *out, const char *s)
{
	strbuf_addc(out, s ? PRESENT : ABSENT);
	if (s)
		strbuf_adds(out, s);
	strbuf_addc(out, '\0');
}

static void add_vector(Strbuf *out, char *const *v)
{
	add_number(out, v ? (int64_t)strv_length(v) : -1);
	STRV_FOREACH(it, v)
		add_string(out, *it);
}

static void add_array(const JsonField *f, const void *items, size_t n, Strbuf *out)
{
	add_number(out, (int64_t)n);
	for (size_t i = 0; i < n; i++)
		record_encode(f->sub, (const char *)items + i * f->sub->size, out);
}

static void add_json(Strbuf *out, const json_t *value)
{
	cleanup_free char *text = value ? json_text(value) : NULL;

	add_string(out, text);
}

static void add_field(const JsonField *f, const void *member, const void *data, Strbuf *out)
{
	const void *pointer;

	if (f->kind == JSON_FIELD_INT) {
		add_number(out, *(const int64_t *)member);
		return;
	}
	if (f->kind == JSON_FIELD_BOOL) {
		add_number(out, *(const bool *)member);
		return;
	}
	if (f->kind == JSON_FIELD_OBJECT) {
		record_encode(f->sub, member, out);
		return;
	}
	pointer = *(void *const *)member;
	if (f->kind == JSON_FIELD_STRING)
		add_string(out, pointer);
	else if (f->kind == JSON_FIELD_POINTER)
		add_array(f, pointer, pointer != NULL, out);
	else if (f->kind == JSON_FIELD_ARRAY)
		add_array(f, pointer,
			  *(const size_t *)(const void *)((const char *)data + f->count_offset),
			  out);
	else if (f->kind == JSON_FIELD_RAW)
		add_json(out, pointer);
	else
		add_vector(out, (char *const *)pointer);
}

void record_encode(const JsonType *type, const void *data, Strbuf *out)
{
	for (const JsonField *f = type->fields; f->name; f++)
		add_field(f, (const char *)data + f->offset, data, out);
}

/* ---- reading ---- */

int record_string(RecordReader *reader, const char **ret)
{
	size_t left = (size_t)(reader->end - reader->at);
	const char *nul = left ? memchr(reader->at, '\0', left) : NULL;

	if (!nul)
		return -EINVAL;
	*ret = reader->at;
	reader->at = nul + 1;
	return 0;
}

static int read_number(RecordReader *reader, int64_t *ret)
{
	const char *text;
	int r = record_string(reader, &text);

	return r < 0 ? r : str_to_i64(text, ret) < 0 ? -EINVAL : 0;
}

/* A copy, or NULL for a string that is none. */
static int read_copy(RecordReader *reader, char **ret)
{
	const char *text;
	int r = record_string(reader, &text);

	if (r < 0 || (*text != PRESENT && *text != ABSENT))
		return -EINVAL;
	*ret = *text == PRESENT ? xstrdup(text + 1) : NULL;
	return 0;
}

/* How many elements follow, each of which takes at least a byte; -1 where that may be. */
static int read_count(RecordReader *reader, int64_t *ret)
{
	int r = read_number(reader, ret);

	return r < 0 || *ret < -1 || *ret > reader->end - reader->at ? -EINVAL : 0;
}

static int read_vector(RecordReader *reader, char ***ret)
{
	int64_t n;
	int r = read_count(reader, &n);

	if (r < 0 || n < 0)
		return r;
	*ret = xnew0(char *, (size_t)n + 1);
	for (int64_t i = 0; i < n && r >= 0; i++) {
		r = read_copy(reader, &(*ret)[i]);
		/* A hole would hide what is behind it. */
		if (r >= 0 && !(*ret)[i])
			r = -EINVAL;
	}
	return r;
}

static int read_json(RecordReader *reader, json_t **ret)
{
	cleanup_free char *text = NULL;
	int r = read_copy(reader, &text);

	if (r < 0 || !text)
		return r;
	return json_parse(text, strlen(text), "record", ret, NULL) < 0 ? -EINVAL : 0;
}

/* `max` elements at most. *ret_n counts what is to be cleared. */
static int read_array(const JsonField *f, RecordReader *reader, int64_t max, void **ret,
		      size_t *ret_n)
{
	int64_t n;
	int r = read_count(reader, &n);

	if (r < 0 || n < 0 || n > max)
		return -EINVAL;
	if (n == 0)
		return 0;
	*ret = xcalloc((size_t)n, f->sub->size);
	*ret_n = (size_t)n;
	for (int64_t i = 0; i < n && r >= 0; i++)
		r = record_decode(f->sub, reader, (char *)*ret + (size_t)i * f->sub->size);
	return r;
}

static int read_bool(RecordReader *reader, bool *ret)
{
	int64_t n;
	int r = read_number(reader, &n);

	*ret = r >= 0 && n == 1;
	return r;
}

static int read_field(const JsonField *f, RecordReader *reader, void *member, void *data)
{
	size_t one;

	switch (f->kind) {
	case JSON_FIELD_INT:
		return read_number(reader, member);
	case JSON_FIELD_BOOL:
		return read_bool(reader, member);
	case JSON_FIELD_STRING:
		return read_copy(reader, member);
	case JSON_FIELD_OBJECT:
		return record_decode(f->sub, reader, member);
	case JSON_FIELD_POINTER:
		return read_array(f, reader, 1, member, &one);
	case JSON_FIELD_ARRAY:
		return read_array(f, reader, INT64_MAX, member,
				  (size_t *)(void *)((char *)data + f->count_offset));
	case JSON_FIELD_RAW:
		return read_json(reader, member);
	default:
		return read_vector(reader, member);
	}
}

int record_decode(const JsonType *type, RecordReader *reader, void *data)
{
	int r = 0;

	for (const JsonField *f = type->fields; f->name && r >= 0; f++)
		r = read_field(f, reader, (char *)data + f->offset, data);
	return r;
}

#include "libcommon/yaml.h"

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/json.h"
#include "libcommon/str.h"
#include "libcommon/yaml-parser.h"

int yaml_fail(const YamlParser *p, yaml_mark_t at, const char *text)
{
	return error_set(p->err, EINVAL, "%s:%zu:%zu: %s", p->what, at.line + 1, at.column + 1,
			 text);
}

/* What stands where libyaml stopped, which it does not say. */
static bool is_tab(const YamlParser *p)
{
	const yaml_parser_t *y = &p->yaml;

	return y->buffer.pointer && y->buffer.pointer < y->buffer.last &&
	       *y->buffer.pointer == '\t';
}

int yaml_next_event(YamlParser *p, yaml_event_t *e)
{
	const char *problem;

	if (yaml_parser_parse(&p->yaml, e))
		return 0;
	problem = p->yaml.problem ? p->yaml.problem : "not YAML";
	if (p->yaml.error == YAML_SCANNER_ERROR && is_tab(p))
		problem = "a tab where YAML wants blanks";
	return yaml_fail(p, p->yaml.problem_mark, problem);
}

/* ---- documents ---- */

/* What belongs to one document. */
static void start_document(YamlParser *p)
{
	(void)json_object_clear(p->anchors);
	(void)json_object_clear(p->tags);
}

/* Appends the documents of the stream to `documents`; `limit` of them are allowed. */
static int parse_stream(YamlParser *p, size_t limit, json_t *documents)
{
	int r = 0;

	while (r >= 0) {
		cleanup_event yaml_event_t e = { 0 };
		json_t *root = NULL;

		r = yaml_next_event(p, &e);
		if (r < 0 || e.type == YAML_STREAM_END_EVENT)
			break;
		if (e.type == YAML_DOCUMENT_START_EVENT && json_array_size(documents) >= limit)
			return yaml_fail(p, e.start_mark,
					 limit == 1 ? "a second document" : "too many documents");
		if (e.type == YAML_DOCUMENT_START_EVENT)
			start_document(p);
		if (e.type == YAML_STREAM_START_EVENT || e.type == YAML_DOCUMENT_START_EVENT ||
		    e.type == YAML_DOCUMENT_END_EVENT)
			continue;
		p->document = json_array_size(documents);
		r = yaml_parse_node(p, &e, 0, &root);
		if (r >= 0)
			(void)json_array_append_new(documents, root ? root : json_null());
	}
	return r;
}

static int check_utf8(const char *text, size_t n, const char *what, Error **err)
{
	size_t line = 1, column = 1, len;

	for (size_t i = 0; i < n; i += len) {
		len = utf8_length(text + i, n - i);
		if (!len)
			return error_set(err, EINVAL, "%s:%zu:%zu: not UTF-8", what, line, column);
		column = text[i] == '\n' ? 1 : column + 1;
		line += text[i] == '\n';
	}
	return 0;
}

static int parse_text(const char *text, size_t n, const char *what, const YamlReader *reader,
		      size_t limit, json_t *documents, Error **err)
{
	cleanup_json json_t *anchors = json_object(), *tags = json_object();
	YamlParser p = {
		.what = what, .anchors = anchors, .tags = tags, .reader = reader, .err = err
	};
	int r = check_utf8(text, n, what, err);

	if (r < 0)
		return r;
	if (!yaml_parser_initialize(&p.yaml))
		return error_set(err, ENOMEM, "%s: out of memory", what);
	yaml_parser_set_encoding(&p.yaml, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&p.yaml, (const unsigned char *)(text ? text : ""), n);
	r = parse_stream(&p, limit, documents);
	yaml_parser_delete(&p.yaml);
	strv_free(p.path);
	return r;
}

int yaml_parse(const char *text, size_t n, const char *what, json_t **ret, Error **err)
{
	cleanup_json json_t *documents = json_array();
	json_t *root;
	int r = parse_text(text, n, what, NULL, 1, documents, err);

	if (r < 0)
		return r;
	root = json_array_get(documents, 0);
	*ret = root && !json_is_null(root) ? json_incref(root) : json_object();
	return 0;
}

int yaml_parse_documents(const char *text, size_t n, const char *what, const YamlReader *reader,
			 json_t **ret, Error **err)
{
	cleanup_json json_t *documents = json_array();
	int r = parse_text(text, n, what, reader, SIZE_MAX, documents, err);

	if (r >= 0)
		*ret = steal(&documents);
	return r;
}

int yaml_read_file(int dirfd, const char *path, size_t limit, json_t **ret, Error **err)
{
	cleanup_strbuf Strbuf text = STRBUF_INIT;
	int r = fs_read_file(dirfd, path, limit, &text);

	if (r < 0)
		return error_errno(err, -r, "read %s", path);
	return yaml_parse(text.data, text.len, path, ret, err);
}

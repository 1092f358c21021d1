#include "libcommon/yaml.h"

#include <yaml.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/json.h"
#include "libcommon/str.h"
#include "libcommon/yaml-scalar.h"

/* Values in the tree, those that aliases and merge keys repeat included. */
#define YAML_MAX_NODES 100000
#define YAML_MAX_DEPTH 100

#define TAG_PREFIX "tag:yaml.org,2002:"

typedef struct Parser {
	yaml_parser_t yaml;
	const char *what;
	json_t *anchors; /* name -> value, each set when its node is complete */
	size_t nodes;
	Error **err;
} Parser;

static void event_clear(yaml_event_t *e)
{
	yaml_event_delete(e);
}
#define cleanup_event cleanup(event_clear)

static int fail(const Parser *p, yaml_mark_t at, const char *text)
{
	return error_set(p->err, EINVAL, "%s:%zu:%zu: %s", p->what, at.line + 1, at.column + 1,
			 text);
}

static int fail_about(const Parser *p, yaml_mark_t at, const char *text, const char *name)
{
	cleanup_free char *quoted = str_quote(name), *all = xasprintf("%s %s", text, quoted);

	return fail(p, at, all);
}

static int next_event(Parser *p, yaml_event_t *e)
{
	if (yaml_parser_parse(&p->yaml, e))
		return 0;
	return fail(p, p->yaml.problem_mark, p->yaml.problem ? p->yaml.problem : "not YAML");
}

/* Counts a value that is about to be made at `depth`. */
static int count_node(Parser *p, yaml_mark_t at, unsigned depth)
{
	if (depth > YAML_MAX_DEPTH)
		return fail(p, at, "nested too deeply");
	if (++p->nodes > YAML_MAX_NODES)
		return fail(p, at, "too many values, aliases expanded");
	return 0;
}

/* ---- scalars ---- */

/* NULL for a tag that we do not know or that the text does not fit. */
static json_t *tagged_scalar(const char *tag, const char *s, size_t n)
{
	const char *type = startswith(tag, TAG_PREFIX);
	json_t *v;

	if (streq(tag, "!") || (type && streq(type, "str")))
		return yaml_string(s, n);
	if (!type)
		return NULL;
	v = yaml_plain_scalar(s);
	if ((streq(type, "null") && json_is_null(v)) ||
	    (streq(type, "bool") && json_is_boolean(v)) ||
	    (streq(type, "int") && json_is_integer(v)) ||
	    (streq(type, "float") && json_is_number(v)))
		return v;
	json_decref(v);
	return NULL;
}

static int parse_scalar(Parser *p, const yaml_event_t *e, json_t **ret)
{
	const char *s = (const char *)e->data.scalar.value;
	const char *tag = (const char *)e->data.scalar.tag;
	size_t n = e->data.scalar.length;
	bool plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;

	if (memchr(s, '\0', n))
		return fail(p, e->start_mark, "a string cannot contain NUL");
	if (tag)
		*ret = tagged_scalar(tag, s, n);
	else
		*ret = plain ? yaml_plain_scalar(s) : yaml_string(s, n);
	if (*ret)
		return 0;
	return fail_about(p, e->start_mark,
			  tag ? "a value that does not fit its tag, or a tag not known:"
			      : "not UTF-8:",
			  tag ? tag : "");
}

/* ---- anchors and aliases ---- */

/* A deep copy, so that no two places of the tree share what a caller may change. */
static int copy_node(Parser *p, yaml_mark_t at, unsigned depth, const json_t *v, json_t **ret)
{
	cleanup_json json_t *copy = NULL;
	const char *key;
	json_t *item;
	size_t i;
	int r = count_node(p, at, depth);

	if (r < 0)
		return r;
	copy = json_is_object(v)  ? json_object()
	       : json_is_array(v) ? json_array()
				  : json_copy((json_t *)v);
	json_object_foreach((json_t *)v, key, item) {
		json_t *child = NULL;

		r = copy_node(p, at, depth + 1, item, &child);
		if (r < 0)
			return r;
		(void)json_object_set_new(copy, key, child);
	}
	if (json_is_array(v))
		json_array_foreach((json_t *)v, i, item) {
			json_t *child = NULL;

			r = copy_node(p, at, depth + 1, item, &child);
			if (r < 0)
				return r;
			(void)json_array_append_new(copy, child);
		}
	*ret = steal(&copy);
	return 0;
}

static int parse_alias(Parser *p, const yaml_event_t *e, unsigned depth, json_t **ret)
{
	const char *name = (const char *)e->data.alias.anchor;
	const json_t *v = json_object_get(p->anchors, name);

	if (!v)
		return fail_about(p, e->start_mark, "unknown alias", name);
	return copy_node(p, e->start_mark, depth, v, ret);
}

static void remember_anchor(Parser *p, const yaml_char_t *name, json_t *v)
{
	if (name)
		(void)json_object_set(p->anchors, (const char *)name, v);
}

/* ---- collections ---- */

static int parse_node(Parser *p, const yaml_event_t *e, unsigned depth, json_t **ret);

static int check_tag(const Parser *p, const yaml_event_t *e, const yaml_char_t *tag,
		     const char *wanted)
{
	if (!tag || streq((const char *)tag, "!") || streq((const char *)tag, wanted))
		return 0;
	return fail_about(p, e->start_mark, "unknown tag", (const char *)tag);
}

static int parse_sequence(Parser *p, const yaml_event_t *start, unsigned depth, json_t **ret)
{
	cleanup_json json_t *array = json_array();
	int r = check_tag(p, start, start->data.sequence_start.tag, YAML_SEQ_TAG);

	while (r >= 0) {
		cleanup_event yaml_event_t e = { 0 };
		json_t *item = NULL;

		r = next_event(p, &e);
		if (r < 0 || e.type == YAML_SEQUENCE_END_EVENT)
			break;
		r = parse_node(p, &e, depth + 1, &item);
		if (r >= 0)
			(void)json_array_append_new(array, item);
	}
	if (r >= 0)
		*ret = steal(&array);
	return r;
}

/* The key's text; *ret_merge tells whether it is the merge key. */
static int parse_key(Parser *p, const yaml_event_t *e, char **ret, bool *ret_merge)
{
	const json_t *v;

	*ret_merge = false;
	if (e->type == YAML_SCALAR_EVENT) {
		if (memchr(e->data.scalar.value, '\0', e->data.scalar.length))
			return fail(p, e->start_mark, "a key cannot contain NUL");
		*ret = xstrdup((const char *)e->data.scalar.value);
		*ret_merge = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && streq(*ret, "<<");
		if (e->data.scalar.anchor)
			(void)json_object_set_new(p->anchors, (const char *)e->data.scalar.anchor,
						  json_string(*ret));
		return 0;
	}
	if (e->type != YAML_ALIAS_EVENT)
		return fail(p, e->start_mark, "a key must be a string");
	v = json_object_get(p->anchors, (const char *)e->data.alias.anchor);
	if (!json_is_string(v))
		return fail_about(p, e->start_mark, "a key must be a string, not alias",
				  (const char *)e->data.alias.anchor);
	*ret = xstrdup(json_string_value(v));
	return 0;
}

/* Adds to `merges`, in order of precedence, what a merge key names. */
static int collect_merges(const Parser *p, yaml_mark_t at, json_t *value, json_t *merges)
{
	json_t *item;
	size_t i;

	if (json_is_object(value))
		return json_array_append(merges, value);
	if (!json_is_array(value))
		return fail(p, at, "a merge key needs a mapping or a list of mappings");
	json_array_foreach(value, i, item) {
		if (!json_is_object(item))
			return fail(p, at, "a merge key needs a mapping or a list of mappings");
		(void)json_array_append(merges, item);
	}
	return 0;
}

static int parse_pair(Parser *p, const yaml_event_t *key_event, unsigned depth, json_t *object,
		      json_t *merges)
{
	cleanup_event yaml_event_t e = { 0 };
	cleanup_json json_t *value = NULL;
	cleanup_free char *key = NULL;
	bool merge;
	int r;

	r = parse_key(p, key_event, &key, &merge);
	if (r >= 0)
		r = next_event(p, &e);
	if (r >= 0)
		r = parse_node(p, &e, depth + 1, &value);
	if (r < 0)
		return r;
	if (merge)
		return collect_merges(p, e.start_mark, value, merges);
	if (json_object_get(object, key))
		return fail_about(p, key_event->start_mark, "duplicate key", key);
	if (json_object_set(object, key, value) < 0)
		return fail(p, key_event->start_mark, "a key is not UTF-8");
	return 0;
}

static int parse_mapping(Parser *p, const yaml_event_t *start, unsigned depth, json_t **ret)
{
	cleanup_json json_t *object = json_object(), *merges = json_array();
	json_t *merge;
	size_t i;
	int r = check_tag(p, start, start->data.mapping_start.tag, YAML_MAP_TAG);

	while (r >= 0) {
		cleanup_event yaml_event_t e = { 0 };

		r = next_event(p, &e);
		if (r < 0 || e.type == YAML_MAPPING_END_EVENT)
			break;
		r = parse_pair(p, &e, depth, object, merges);
	}
	if (r < 0)
		return r;
	json_array_foreach(merges, i, merge)
		(void)json_object_update_missing(object, merge);
	*ret = steal(&object);
	return 0;
}

static int parse_node(Parser *p, const yaml_event_t *e, unsigned depth, json_t **ret)
{
	const yaml_char_t *anchor = NULL;
	int r = e->type == YAML_ALIAS_EVENT ? 0 : count_node(p, e->start_mark, depth);

	if (r < 0)
		return r;
	switch (e->type) {
	case YAML_ALIAS_EVENT:
		return parse_alias(p, e, depth, ret);
	case YAML_SCALAR_EVENT:
		anchor = e->data.scalar.anchor;
		r = parse_scalar(p, e, ret);
		break;
	case YAML_SEQUENCE_START_EVENT:
		anchor = e->data.sequence_start.anchor;
		r = parse_sequence(p, e, depth, ret);
		break;
	case YAML_MAPPING_START_EVENT:
		anchor = e->data.mapping_start.anchor;
		r = parse_mapping(p, e, depth, ret);
		break;
	default:
		return fail(p, e->start_mark, "unexpected end");
	}
	if (r >= 0)
		remember_anchor(p, anchor, *ret);
	return r;
}

/* ---- documents ---- */

static int parse_stream(Parser *p, json_t **ret)
{
	cleanup_json json_t *root = NULL;
	int r = 0;

	for (;;) {
		cleanup_event yaml_event_t e = { 0 };

		r = next_event(p, &e);
		if (r < 0)
			return r;
		if (e.type == YAML_STREAM_END_EVENT)
			break;
		if (e.type == YAML_DOCUMENT_START_EVENT && root)
			return fail(p, e.start_mark, "a second document");
		if (e.type == YAML_STREAM_START_EVENT || e.type == YAML_DOCUMENT_START_EVENT ||
		    e.type == YAML_DOCUMENT_END_EVENT)
			continue;
		r = parse_node(p, &e, 0, &root);
		if (r < 0)
			return r;
	}
	*ret = root && !json_is_null(root) ? steal(&root) : json_object();
	return 0;
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

int yaml_parse(const char *text, size_t n, const char *what, json_t **ret, Error **err)
{
	cleanup_json json_t *anchors = json_object();
	Parser p = { .what = what, .anchors = anchors, .err = err };
	int r = check_utf8(text, n, what, err);

	if (r < 0)
		return r;
	if (!yaml_parser_initialize(&p.yaml))
		return error_set(err, ENOMEM, "%s: out of memory", what);
	yaml_parser_set_encoding(&p.yaml, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&p.yaml, (const unsigned char *)(text ? text : ""), n);
	r = parse_stream(&p, ret);
	yaml_parser_delete(&p.yaml);
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

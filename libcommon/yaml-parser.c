#include "libcommon/yaml-parser.h"

#include "libcommon/alloc.h"
#include "libcommon/json.h"
#include "libcommon/str.h"
#include "libcommon/yaml-scalar.h"

/* Values in the trees of a text, those that aliases and merge keys repeat included. */
#define YAML_MAX_NODES 100000
#define YAML_MAX_DEPTH 100

#define TAG_PREFIX "tag:yaml.org,2002:"

static int fail_about(const YamlParser *p, yaml_mark_t at, const char *text, const char *name)
{
	cleanup_free char *quoted = str_quote(name), *all = xasprintf("%s %s", text, quoted);

	return yaml_fail(p, at, all);
}

/* Counts a value that is about to be made at `depth`. */
static int count_node(YamlParser *p, yaml_mark_t at, unsigned depth)
{
	if (depth > YAML_MAX_DEPTH)
		return yaml_fail(p, at, "nested too deeply");
	if (++p->nodes > YAML_MAX_NODES)
		return yaml_fail(p, at, "too many values, aliases expanded");
	return 0;
}

/* ---- what the reader is told ---- */

static void tell_place(const YamlParser *p, json_t *value, const char *key, yaml_mark_t at)
{
	if (value && p->reader && p->reader->place)
		p->reader->place(p->reader->data, value, key, at.line + 1, at.column + 1);
}

static void tell_copied(const YamlParser *p, const json_t *from, json_t *to, const char *key)
{
	if (p->reader && p->reader->copied)
		p->reader->copied(p->reader->data, from, to, key);
}

static void path_push(YamlParser *p, char *name)
{
	if (p->reader)
		strv_push(&p->path, name);
	else
		free(name);
}

static void path_pop(YamlParser *p)
{
	size_t n = strv_length(p->path);

	if (!p->reader)
		return;
	free(p->path[n - 1]);
	p->path[n - 1] = NULL;
}

/* A tag that YAML does not know, where a reader wants to hear of it. */
static bool is_application_tag(const YamlParser *p, const yaml_char_t *tag)
{
	return p->reader && tag && !streq((const char *)tag, "!") &&
	       !startswith((const char *)tag, TAG_PREFIX);
}

static YamlTagAction ask_reader(const YamlParser *p, const char *tag)
{
	if (!p->reader->tag)
		return YAML_TAG_IGNORE;
	return p->reader->tag(p->reader->data, p->document, p->path, tag);
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

static int parse_scalar(YamlParser *p, const yaml_event_t *e, json_t **ret)
{
	const char *s = (const char *)e->data.scalar.value;
	const char *tag = (const char *)e->data.scalar.tag;
	size_t n = e->data.scalar.length;
	bool plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;

	if (memchr(s, '\0', n))
		return yaml_fail(p, e->start_mark, "a string cannot contain NUL");
	if (is_application_tag(p, e->data.scalar.tag))
		*ret = yaml_string(s, n);
	else if (tag)
		*ret = tagged_scalar(tag, s, n);
	else if (!plain)
		*ret = yaml_string(s, n);
	else
		*ret = p->reader ? yaml_go_scalar(s) : yaml_plain_scalar(s);
	if (*ret)
		return 0;
	if (!tag)
		return fail_about(p, e->start_mark, "not a finite number:", s);
	return fail_about(p, e->start_mark,
			  "a value that does not fit its tag, or a tag not known:", tag);
}

/* ---- anchors and aliases ---- */

static int copy_node(YamlParser *p, yaml_mark_t at, unsigned depth, const json_t *v, json_t **ret);

static int copy_members(YamlParser *p, yaml_mark_t at, unsigned depth, const json_t *v,
			json_t *copy)
{
	const char *key;
	json_t *item;

	json_object_foreach((json_t *)v, key, item) {
		json_t *child = NULL;
		int r = copy_node(p, at, depth + 1, item, &child);

		if (r < 0)
			return r;
		(void)json_object_set_new(copy, key, child);
		tell_copied(p, v, copy, key);
	}
	return 0;
}

static int copy_items(YamlParser *p, yaml_mark_t at, unsigned depth, const json_t *v, json_t *copy)
{
	json_t *item;
	size_t i;

	json_array_foreach((json_t *)v, i, item) {
		json_t *child = NULL;
		int r = copy_node(p, at, depth + 1, item, &child);

		if (r < 0)
			return r;
		(void)json_array_append_new(copy, child);
	}
	return 0;
}

/* A deep copy, so that no two places of the tree share what a caller may change. */
static int copy_node(YamlParser *p, yaml_mark_t at, unsigned depth, const json_t *v, json_t **ret)
{
	cleanup_json json_t *copy = NULL;
	int r = count_node(p, at, depth);

	if (r < 0)
		return r;
	copy = json_is_object(v)  ? json_object()
	       : json_is_array(v) ? json_array()
				  : json_copy((json_t *)v);
	tell_copied(p, v, copy, NULL);
	if (json_is_object(v))
		r = copy_members(p, at, depth, v, copy);
	else if (json_is_array(v))
		r = copy_items(p, at, depth, v, copy);
	if (r >= 0)
		*ret = steal(&copy);
	return r;
}

static int parse_alias(YamlParser *p, const yaml_event_t *e, unsigned depth, json_t **ret)
{
	const char *name = (const char *)e->data.alias.anchor;
	const char *tag = json_string_value(json_object_get(p->tags, name));
	const json_t *v = json_object_get(p->anchors, name);

	if (tag && ask_reader(p, tag) == YAML_TAG_DROP)
		return 0;
	if (!v)
		return fail_about(p, e->start_mark, "unknown alias", name);
	return copy_node(p, e->start_mark, depth, v, ret);
}

static void remember_anchor(YamlParser *p, const yaml_char_t *name, const yaml_char_t *tag,
			    json_t *v)
{
	if (!name)
		return;
	(void)json_object_set(p->anchors, (const char *)name, v);
	(void)json_object_del(p->tags, (const char *)name);
	if (is_application_tag(p, tag))
		(void)json_object_set_new(p->tags, (const char *)name,
					  json_string((const char *)tag));
}

/* ---- collections ---- */

static int check_tag(const YamlParser *p, const yaml_event_t *e, const yaml_char_t *tag,
		     const char *wanted)
{
	if (!tag || streq((const char *)tag, "!") || streq((const char *)tag, wanted) ||
	    is_application_tag(p, tag))
		return 0;
	return fail_about(p, e->start_mark, "unknown tag", (const char *)tag);
}

static int parse_sequence(YamlParser *p, const yaml_event_t *start, unsigned depth, json_t **ret)
{
	cleanup_json json_t *array = json_array();
	int r = check_tag(p, start, start->data.sequence_start.tag, YAML_SEQ_TAG);

	for (size_t i = 0; r >= 0; i++) {
		cleanup_event yaml_event_t e = { 0 };
		json_t *item = NULL;

		r = yaml_next_event(p, &e);
		if (r < 0 || e.type == YAML_SEQUENCE_END_EVENT)
			break;
		path_push(p, xasprintf("%zu", i));
		r = yaml_parse_node(p, &e, depth + 1, &item);
		path_pop(p);
		if (r >= 0 && item)
			(void)json_array_append_new(array, item);
	}
	if (r >= 0)
		*ret = steal(&array);
	return r;
}

/* In Go's documents a key must be a string without quotes, too. */
static int check_key(const YamlParser *p, const yaml_event_t *e, const char *key)
{
	cleanup_json json_t *v = NULL;
	cleanup_free char *place = NULL, *text = NULL;

	if (!p->reader || e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return 0;
	v = yaml_go_scalar(key);
	if (json_is_string(v))
		return 0;
	place = strv_join(p->path, ".");
	text = xasprintf("Non-string key %s%s: %s", *place ? "in " : "at top level", place, key);
	return yaml_fail(p, e->start_mark, text);
}

/* The key's text; *ret_merge tells whether it is the merge key. */
static int parse_key(YamlParser *p, const yaml_event_t *e, char **ret, bool *ret_merge)
{
	const json_t *v;

	*ret_merge = false;
	if (e->type == YAML_SCALAR_EVENT) {
		if (memchr(e->data.scalar.value, '\0', e->data.scalar.length))
			return yaml_fail(p, e->start_mark, "a key cannot contain NUL");
		*ret = xstrdup((const char *)e->data.scalar.value);
		*ret_merge = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && streq(*ret, "<<");
		if (e->data.scalar.anchor)
			(void)json_object_set_new(p->anchors, (const char *)e->data.scalar.anchor,
						  json_string(*ret));
		return check_key(p, e, *ret);
	}
	if (e->type != YAML_ALIAS_EVENT)
		return yaml_fail(p, e->start_mark, "a key must be a string");
	v = json_object_get(p->anchors, (const char *)e->data.alias.anchor);
	if (!json_is_string(v))
		return fail_about(p, e->start_mark, "a key must be a string, not alias",
				  (const char *)e->data.alias.anchor);
	*ret = xstrdup(json_string_value(v));
	return 0;
}

/* Adds to `merges`, in order of precedence, what a merge key names. */
static int collect_merges(const YamlParser *p, yaml_mark_t at, json_t *value, json_t *merges)
{
	json_t *item;
	size_t i;

	if (!value || json_is_object(value))
		return value ? json_array_append(merges, value) : 0;
	if (!json_is_array(value))
		return yaml_fail(p, at, "a merge key needs a mapping or a list of mappings");
	json_array_foreach(value, i, item) {
		if (!json_is_object(item))
			return yaml_fail(p, at,
					 "a merge key needs a mapping or a list of mappings");
		(void)json_array_append(merges, item);
	}
	return 0;
}

static int parse_pair(YamlParser *p, const yaml_event_t *key_event, unsigned depth, json_t *object,
		      json_t *merges)
{
	cleanup_event yaml_event_t e = { 0 };
	cleanup_json json_t *value = NULL;
	cleanup_free char *key = NULL;
	bool merge;
	int r;

	r = parse_key(p, key_event, &key, &merge);
	if (r >= 0)
		r = yaml_next_event(p, &e);
	if (r < 0)
		return r;
	if (!merge)
		path_push(p, xstrdup(key));
	r = yaml_parse_node(p, &e, depth + 1, &value);
	if (!merge)
		path_pop(p);
	if (r < 0)
		return r;
	if (merge)
		return collect_merges(p, e.start_mark, value, merges);
	if (json_object_get(object, key))
		return fail_about(p, key_event->start_mark, "duplicate key", key);
	if (!value)
		return 0;
	if (json_object_set(object, key, value) < 0)
		return yaml_fail(p, key_event->start_mark, "a key is not UTF-8");
	tell_place(p, object, key, key_event->start_mark);
	return 0;
}

/* Adds the members of merged mappings that the object does not have. */
static void merge_missing(const YamlParser *p, json_t *object, const json_t *merges)
{
	const char *key;
	json_t *merge, *value;
	size_t i;

	json_array_foreach(merges, i, merge)
		json_object_foreach(merge, key, value) {
			if (json_object_get(object, key))
				continue;
			(void)json_object_set(object, key, value);
			tell_copied(p, merge, object, key);
		}
}

static int parse_mapping(YamlParser *p, const yaml_event_t *start, unsigned depth, json_t **ret)
{
	cleanup_json json_t *object = json_object(), *merges = json_array();
	int r = check_tag(p, start, start->data.mapping_start.tag, YAML_MAP_TAG);

	while (r >= 0) {
		cleanup_event yaml_event_t e = { 0 };

		r = yaml_next_event(p, &e);
		if (r < 0 || e.type == YAML_MAPPING_END_EVENT)
			break;
		r = parse_pair(p, &e, depth, object, merges);
	}
	if (r < 0)
		return r;
	merge_missing(p, object, merges);
	*ret = steal(&object);
	return 0;
}

/* ---- nodes ---- */

/* The anchor and the tag of what an event starts. */
static void node_names(const yaml_event_t *e, const yaml_char_t **ret_anchor,
		       const yaml_char_t **ret_tag)
{
	*ret_anchor = *ret_tag = NULL;
	if (e->type == YAML_SCALAR_EVENT) {
		*ret_anchor = e->data.scalar.anchor;
		*ret_tag = e->data.scalar.tag;
	} else if (e->type == YAML_SEQUENCE_START_EVENT) {
		*ret_anchor = e->data.sequence_start.anchor;
		*ret_tag = e->data.sequence_start.tag;
	} else if (e->type == YAML_MAPPING_START_EVENT) {
		*ret_anchor = e->data.mapping_start.anchor;
		*ret_tag = e->data.mapping_start.tag;
	}
}

static int parse_value(YamlParser *p, const yaml_event_t *e, unsigned depth, json_t **ret)
{
	switch (e->type) {
	case YAML_SCALAR_EVENT:
		return parse_scalar(p, e, ret);
	case YAML_SEQUENCE_START_EVENT:
		return parse_sequence(p, e, depth, ret);
	case YAML_MAPPING_START_EVENT:
		return parse_mapping(p, e, depth, ret);
	default:
		return yaml_fail(p, e->start_mark, "unexpected end");
	}
}

int yaml_parse_node(YamlParser *p, const yaml_event_t *e, unsigned depth, json_t **ret)
{
	const yaml_char_t *anchor, *tag;
	int r;

	if (e->type == YAML_ALIAS_EVENT) {
		r = parse_alias(p, e, depth, ret);
		if (r >= 0)
			tell_place(p, *ret, NULL, e->start_mark);
		return r;
	}
	r = count_node(p, e->start_mark, depth);
	if (r >= 0)
		r = parse_value(p, e, depth, ret);
	if (r < 0)
		return r;
	node_names(e, &anchor, &tag);
	tell_place(p, *ret, NULL, e->start_mark);
	remember_anchor(p, anchor, tag, *ret);
	if (is_application_tag(p, tag) && ask_reader(p, (const char *)tag) == YAML_TAG_DROP) {
		json_decref(*ret);
		*ret = NULL;
	}
	return 0;
}

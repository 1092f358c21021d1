#include "libcommon/json.h"

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"

/* Docker's deepest documents have about ten levels. */
#define JSON_MAX_DEPTH 128

/* False when `v` has more than `levels` levels. */
static bool depth_within(const json_t *v, unsigned levels)
{
	const char *key;
	json_t *item;
	size_t i;

	if (levels == 0)
		return !json_is_array(v) && !json_is_object(v);
	if (json_is_array(v)) {
		json_array_foreach((json_t *)v, i, item)
			if (!depth_within(item, levels - 1))
				return false;
	} else if (json_is_object(v)) {
		json_object_foreach((json_t *)v, key, item)
			if (!depth_within(item, levels - 1))
				return false;
	}
	return true;
}

int json_parse(const char *text, size_t n, const char *what, json_t **ret, Error **err)
{
	json_error_t e;
	cleanup_json json_t *v =
		json_loadb(text ? text : "", n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &e);

	if (!v)
		return error_set(err, EINVAL, "%s:%d:%d: %s", what, e.line, e.column, e.text);
	if (!depth_within(v, JSON_MAX_DEPTH))
		return error_set(err, EINVAL, "%s: more than %d levels deep", what, JSON_MAX_DEPTH);
	*ret = steal(&v);
	return 0;
}

static char *dump(const json_t *value, size_t flags)
{
	char *text = json_dumps(value, flags | JSON_ENCODE_ANY);

	/* Only a value that holds itself cannot be written, and none of our makers makes one. */
	return text ? text : xstrdup("null");
}

char *json_text(const json_t *value)
{
	return dump(value, JSON_COMPACT);
}

char *json_text_pretty(const json_t *value)
{
	return dump(value, JSON_INDENT(4));
}

int json_read_file(int dirfd, const char *path, size_t limit, const JsonType *type, void *data,
		   Error **err)
{
	cleanup_strbuf Strbuf text = STRBUF_INIT;
	cleanup_json json_t *v = NULL;
	int r;

	r = fs_read_file(dirfd, path, limit, &text);
	if (r < 0)
		return error_errno(err, -r, "read %s", path);
	r = json_parse(text.data, text.len, path, &v, err);
	if (r < 0)
		return r;
	r = json_decode(v, type, data, err);
	return r < 0 ? error_prefix(err, r, "%s", path) : 0;
}

int json_write_file(int dirfd, const char *path, const JsonType *type, const void *data,
		    mode_t mode, int flags, Error **err)
{
	cleanup_json json_t *v = json_encode(type, data);
	cleanup_free char *text = json_text(v);
	int r;

	r = fs_write_atomic(dirfd, path, text, strlen(text), mode, (FsFlags)flags);
	return r < 0 ? error_errno(err, -r, "write %s", path) : 0;
}

json_t *json_constant(const char *text)
{
	json_t *value = NULL;

	if (json_parse(text, strlen(text), "constant", &value, NULL) < 0)
		abort();
	return value;
}

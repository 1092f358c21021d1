#include "libimage/layer-name.h"

#include <string.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libimage/layer-tree.h"

#define WHITEOUT_PREFIX ".wh."
#define OPAQUE_NAME ".wh..wh..opq"
#define AUFS_PREFIX ".wh..wh."
/* How much of a hostile name a message repeats. */
#define QUOTE_MAX 200

char *layer_name_quote(const char *name)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;
	size_t n = strnlen(name, QUOTE_MAX);
	bool text = utf8_valid(name, strlen(name)) && strlen(name) <= QUOTE_MAX;

	strbuf_addc(&b, '"');
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)name[i];

		if (c < ' ' || c == 0x7f || c == '"' || c == '\\' || (c > 0x7f && !text))
			strbuf_addf(&b, "\\x%02x", c);
		else
			strbuf_addc(&b, (char)c);
	}
	strbuf_adds(&b, name[n] ? "…\"" : "\"");
	return strbuf_steal(&b);
}

static int fail(const char *name, int errnum, const char *what, Error **err)
{
	cleanup_free char *quoted = layer_name_quote(name);

	return error_set(err, errnum, "tar entry %s %s", quoted, what);
}

int layer_name_clean(const char *name, char **ret, Error **err)
{
	cleanup_free char *out = xmalloc(strlen(name) + 1);
	size_t len = 0, depth = 0;

	for (const char *p = name; *p;) {
		size_t n = strcspn(p, "/");

		if (n == 2 && memcmp(p, "..", 2) == 0) {
			if (depth-- == 0)
				return fail(name, EPERM, "escapes the layer", err);
			while (len > 0 && out[--len] != '/')
				;
		} else if (n > 0 && !(n == 1 && *p == '.')) {
			if (len > 0)
				out[len++] = '/';
			memcpy(out + len, p, n);
			len += n;
			depth++;
		}
		p += n + (p[n] == '/');
	}
	out[len] = '\0';
	if (len > LAYER_MAX_PATH)
		return fail(name, ENAMETOOLONG, "is longer than 4096 bytes", err);
	if (depth > LAYER_MAX_DEPTH)
		return fail(name, ENAMETOOLONG, "is nested deeper than 256 directories", err);
	*ret = steal(&out);
	return 0;
}

/* Below a directory of AUFS's own. */
static bool in_aufs_dir(const char *name)
{
	for (const char *slash; (slash = strchr(name, '/')); name = slash + 1)
		if (startswith(name, AUFS_PREFIX))
			return true;
	return false;
}

int layer_name_classify(char *name, LayerNameKind *ret, Error **err)
{
	char *slash = strrchr(name, '/');
	char *base = slash ? slash + 1 : name;
	const char *hidden = startswith(base, WHITEOUT_PREFIX);

	if (in_aufs_dir(name)) {
		*ret = LAYER_NAME_IGNORED;
	} else if (!hidden) {
		*ret = LAYER_NAME_PLAIN;
	} else if (streq(base, OPAQUE_NAME)) {
		*ret = LAYER_NAME_OPAQUE;
		*(slash ? slash : name) = '\0';
	} else if (startswith(base, AUFS_PREFIX)) {
		*ret = LAYER_NAME_IGNORED;
	} else if (!*hidden || streq(hidden, ".") || streq(hidden, "..")) {
		return fail(name, EINVAL, "is a whiteout of nothing", err);
	} else {
		*ret = LAYER_NAME_WHITEOUT;
		memmove(base, hidden, strlen(hidden) + 1);
	}
	return 0;
}

int layer_name_prefix(Error **err, int r, const char *name)
{
	cleanup_free char *quoted = layer_name_quote(name);

	return error_prefix(err, r, "tar entry %s", quoted);
}

/* layer-name: names cleaned as Docker does, whiteouts told apart. */
#include "libimage/layer-name.h"

#include "libcommon/alloc.h"
#include "libimage/layer-tree.h"
#include "tests/tap.h"

static void clean(const char *name, const char *want)
{
	cleanup_error Error *err = NULL;
	cleanup_free char *got = NULL;

	check_int(layer_name_clean(name, &got, &err), 0);
	check_str(got, want);
}

static void refused(const char *name, int errnum, const char *want)
{
	cleanup_error Error *err = NULL;
	cleanup_free char *got = NULL;

	check_int(layer_name_clean(name, &got, &err), -errnum);
	check_str(err ? err->msg : NULL, want);
}

static void kind(const char *name, LayerNameKind want, const char *rest)
{
	cleanup_free char *copy = xstrdup(name);
	LayerNameKind got;

	check_int(layer_name_classify(copy, &got, NULL), 0);
	check_int(got, want);
	if (want != LAYER_NAME_IGNORED)
		check_str(copy, rest);
}

static void no_whiteout(const char *name)
{
	cleanup_error Error *err = NULL;
	cleanup_free char *copy = xstrdup(name);
	LayerNameKind got;

	check_int(layer_name_classify(copy, &got, &err), -EINVAL);
	check(err && strstr(err->msg, "is a whiteout of nothing"));
}

static void test_limits(void)
{
	cleanup_free char *longest = xmalloc(LAYER_MAX_PATH + 2), *deep = xmalloc(2000);
	cleanup_free char *got = NULL;

	memset(longest, 'x', LAYER_MAX_PATH + 1);
	longest[LAYER_MAX_PATH + 1] = '\0';
	check_int(layer_name_clean(longest, &got, NULL), -ENAMETOOLONG);
	longest[LAYER_MAX_PATH] = '\0';
	check_int(layer_name_clean(longest, &got, NULL), 0);
	for (int i = 0; i <= LAYER_MAX_DEPTH; i++)
		memcpy(deep + 2 * i, "d/", 3);
	check_int(layer_name_clean(deep, &got, NULL), -ENAMETOOLONG);
}

int main(void)
{
	cleanup_free char *quoted = layer_name_quote("a\"\n\xff\\");
	cleanup_free char *utf8 = layer_name_quote("é");

	clean("a/b", "a/b");
	clean("/a//b/", "a/b");
	clean("./a/./b", "a/b");
	clean("a/../b", "b");
	clean("a/b/../../c", "c");
	clean("", "");
	clean("/", "");
	clean("./", "");
	clean("...", "...");
	clean("a/..b", "a/..b");
	clean("\xff\xfe", "\xff\xfe");
	refused("../x", EPERM, "tar entry \"../x\" escapes the layer");
	refused("/../x", EPERM, "tar entry \"/../x\" escapes the layer");
	refused("a/../../x", EPERM, "tar entry \"a/../../x\" escapes the layer");
	refused("..", EPERM, "tar entry \"..\" escapes the layer");
	kind("a/b", LAYER_NAME_PLAIN, "a/b");
	kind(".wh.x", LAYER_NAME_WHITEOUT, "x");
	kind("a/.wh.x", LAYER_NAME_WHITEOUT, "a/x");
	kind("a/.wh...x", LAYER_NAME_WHITEOUT, "a/..x");
	kind("a/.wh..wh..opq", LAYER_NAME_OPAQUE, "a");
	kind(".wh..wh..opq", LAYER_NAME_OPAQUE, "");
	kind(".wh..wh.plnk", LAYER_NAME_IGNORED, NULL);
	kind(".wh..wh.plnk/1.2", LAYER_NAME_IGNORED, NULL);
	kind("a/.whx", LAYER_NAME_PLAIN, "a/.whx");
	kind(".wh.d/x", LAYER_NAME_PLAIN, ".wh.d/x");
	no_whiteout(".wh.");
	no_whiteout("a/.wh..");
	no_whiteout("a/.wh...");
	check_str(quoted, "\"a\\x22\\x0a\\xff\\x5c\"");
	check_str(utf8, "\"é\"");
	test_limits();
	return tap_done();
}

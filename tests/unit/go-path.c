#include "librunner/go-path.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "tests/tap.h"

static void check_clean(const char *path, const char *want)
{
	cleanup_free char *got = go_path_clean(path);

	check_str(got, want);
}

static void check_split(const char *path, const char *dir, const char *base)
{
	cleanup_free char *d = NULL, *b = NULL;

	go_path_split(path, &d, &b);
	check_str(d, dir);
	check_str(b, base);
}

static void check_keep(const char *clean, const char *original, const char *want)
{
	cleanup_free char *got = go_path_keep_end(clean, original);

	check_str(got, want);
}

int main(void)
{
	cleanup_free char *rooted = go_path_rooted("../../x/./y"), *base = go_path_base("/a/b/"),
			  *root = go_path_base("/"), *dir = go_path_dir("/a/b");

	check_clean("/a//b/../c/.", "/a/c");
	check_clean("../../a", "../../a");
	check_clean("/../..", "/");
	check_clean("a/..", ".");
	check_clean("", ".");
	check_str(rooted, "/x/y");
	check_str(base, "b");
	check_str(root, "/");
	check_str(dir, "/a");
	check_split("/a/b/", "/a", "b");
	check_split("/a/b/.", "/a/b", ".");
	check_split("/", "/", "/");
	check_keep("/a", "a/.", "/a/.");
	check_keep("/a", "a/", "/a/");
	check_keep("/", "./.", "/.");
	check_keep("/", "/", "/");
	check(go_path_asserts_directory("x/"));
	check(go_path_asserts_directory("x/."));
	check(go_path_asserts_directory(""));
	check(!go_path_asserts_directory("x/.."));
	check(!go_path_asserts_directory("x.") && !go_path_ends_with_dot("/x."));
	return tap_done();
}

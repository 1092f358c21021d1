#include "librunner/go-path.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"

char *go_path_clean(const char *path)
{
	cleanup_strv char **names = strv_split(path, '/'), **kept = NULL;
	cleanup_free char *joined = NULL;
	bool rooted = *path == '/';
	size_t n = 0;

	STRV_FOREACH(name, names) {
		if (!**name || streq(*name, "."))
			continue;
		if (!streq(*name, "..") || (!rooted && (n == 0 || streq(kept[n - 1], "..")))) {
			strv_add(&kept, *name);
			n++;
		} else if (n > 0) {
			free(kept[--n]);
			kept[n] = NULL;
		}
	}
	joined = kept && *kept ? strv_join(kept, "/") : xstrdup("");
	if (rooted)
		return xasprintf("/%s", joined);
	return *joined ? steal(&joined) : xstrdup(".");
}

char *go_path_rooted(const char *path)
{
	cleanup_free char *joined = xasprintf("/%s", path);

	return go_path_clean(joined);
}

char *go_path_base(const char *path)
{
	size_t n = strlen(path), start;

	if (n == 0)
		return xstrdup(".");
	while (n > 0 && path[n - 1] == '/')
		n--;
	if (n == 0)
		return xstrdup("/");
	for (start = n; start > 0 && path[start - 1] != '/'; start--)
		;
	return xstrndup(path + start, n - start);
}

char *go_path_dir(const char *path)
{
	const char *slash = strrchr(path, '/');
	cleanup_free char *dir = slash ? xstrndup(path, (size_t)(slash - path) + 1) : xstrdup("");

	return go_path_clean(dir);
}

bool go_path_ends_with_slash(const char *path)
{
	return endswith(path, "/");
}

bool go_path_ends_with_dot(const char *path)
{
	return !*path || streq(path, ".") || endswith(path, "/.");
}

bool go_path_asserts_directory(const char *path)
{
	return go_path_ends_with_slash(path) || go_path_ends_with_dot(path);
}

char *go_path_keep_end(const char *clean, const char *original)
{
	bool root = go_path_ends_with_slash(clean);

	if (go_path_ends_with_dot(original) && !go_path_ends_with_dot(clean))
		return xasprintf("%s%s.", clean, root ? "" : "/");
	if (go_path_ends_with_slash(original) && !root)
		return xasprintf("%s/", clean);
	return xstrdup(clean);
}

void go_path_split(const char *path, char **ret_dir, char **ret_base)
{
	cleanup_free char *clean = go_path_clean(path);
	cleanup_free char *whole =
		go_path_ends_with_dot(path) ? xasprintf("%s/.", clean) : xstrdup(clean);

	*ret_dir = go_path_dir(whole);
	*ret_base = go_path_base(whole);
}

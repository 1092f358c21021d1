#include "librunner/options/paths.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"

char *path_clean(const char *path)
{
	cleanup_strv char **parts = strv_split(path, '/'), **kept = NULL;
	cleanup_free char *joined = NULL;
	size_t n = 0;

	STRV_FOREACH(it, parts) {
		if (!**it || streq(*it, "."))
			continue;
		if (!streq(*it, "..")) {
			strv_add(&kept, *it);
			n++;
		} else if (n > 0) {
			free(kept[--n]);
			kept[n] = NULL;
		}
	}
	joined = strv_join(kept, "/");
	return xasprintf("/%s", joined ? joined : "");
}

int path_absolute(const char *path, const char *base, char **ret, Error **err)
{
	cleanup_free char *cwd = NULL, *joined = NULL;

	if (path[0] == '/') {
		*ret = path_clean(path);
		return 0;
	}
	if (!base) {
		cwd = getcwd(NULL, 0);
		if (!cwd)
			return error_errno(err, errno, "find the working directory for %s", path);
	}
	joined = xasprintf("%s/%s", base ? base : cwd, path);
	*ret = path_clean(joined);
	return 0;
}

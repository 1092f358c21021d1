#include "compose/paths.h"

#include <ctype.h>
#include <limits.h>
#include <sys/stat.h>

#include "libcommon/alloc.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/go-path.h"

char *compose_path_join(const char *dir, const char *path)
{
	cleanup_free char *both = NULL;

	if (!*dir)
		return *path ? go_path_clean(path) : xstrdup("");
	both = xasprintf("%s/%s", dir, path);
	return go_path_clean(both);
}

const char *compose_path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

char *compose_path_absolute(const char *path)
{
	cleanup_free char *cwd = *path == '/' ? NULL : getcwd(NULL, 0);

	return compose_path_join(cwd ? cwd : "/", path);
}

/* How many leading names two vectors have in common. */
static size_t common(char *const *a, char *const *b)
{
	size_t n = 0;

	while (a && b && a[n] && b[n] && streq(a[n], b[n]))
		n++;
	return n;
}

char *compose_path_relative(const char *base, const char *path)
{
	cleanup_free char *from = go_path_clean(base), *to = go_path_clean(path);
	cleanup_strv char **a = strv_split(from, '/'), **b = strv_split(to, '/'), **out = NULL;
	size_t n = common(a, b);

	for (size_t i = n; a[i]; i++)
		if (*a[i])
			strv_add(&out, "..");
	for (size_t i = n; b[i]; i++)
		if (*b[i])
			strv_add(&out, b[i]);
	return out ? strv_join(out, "/") : xstrdup(".");
}

char *compose_path_expand_user(const char *path)
{
	const char *home = getenv("HOME");

	if (*path != '~')
		return xstrdup(path);
	if (str_empty(home)) {
		log_warning("cannot expand '~', because the environment lacks HOME");
		return xstrdup(path);
	}
	return compose_path_join(home, path + 1);
}

static bool is_slash(char c)
{
	return c == '/' || c == '\\';
}

bool compose_path_is_windows(const char *path)
{
	size_t server, share;

	if (isalpha((unsigned char)path[0]) && path[1] == ':')
		return is_slash(path[2]);
	if (!is_slash(path[0]) || !is_slash(path[1]))
		return false;
	path += 2;
	server = strcspn(path, "/\\");
	if (!server || *path == '.' || !path[server])
		return false;
	path += server + 1;
	share = strcspn(path, "/\\");
	return share && *path != '.' && path[share];
}

/* The end of the first part of `path` that is a link, or NULL. */
static const char *find_link(const char *path)
{
	for (const char *end = path; *end;) {
		cleanup_free char *part = NULL;
		struct stat st;

		end += strspn(end, "/");
		end += strcspn(end, "/");
		part = xstrndup(path, (size_t)(end - path));
		if (lstat(part, &st) < 0)
			return NULL;
		if (S_ISLNK(st.st_mode))
			return end;
	}
	return NULL;
}

char *compose_path_resolve_link(const char *path)
{
	const char *end = find_link(path);
	cleanup_free char *part = end ? xstrndup(path, (size_t)(end - path)) : NULL;
	cleanup_free char *target = part ? realpath(part, NULL) : NULL;

	return target ? xasprintf("%s%s", target, end) : xstrdup(path);
}

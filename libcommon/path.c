#include "libcommon/path.h"

#include "libcommon/str.h"

bool path_is_within(const char *path, const char *dir)
{
	const char *rest = startswith(path, dir);

	return streq(dir, "/") || (rest && (!*rest || *rest == '/'));
}

size_t path_depth(const char *path)
{
	size_t n = 0;

	for (; *path; path++)
		n += path[0] == '/' && path[1] != '\0';
	return n;
}

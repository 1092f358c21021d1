#include "librunner/options/volumes.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/options/paths.h"

int volume_check_form(const char *text, Error **err)
{
	cleanup_strv char **parts = strv_split(text, ':');

	if (!*text)
		return error_set(err, EINVAL, "invalid empty volume spec");
	if (strv_length(parts) > 3)
		return error_set(err, EINVAL, "invalid spec: %s: too many colons", text);
	STRV_FOREACH(it, parts)
		if (!**it)
			return error_set(err, EINVAL,
					 "invalid spec: %s: empty section between colons", text);
	return 0;
}

int volume_resolve(const char *text, const char *base, char **ret, Error **err)
{
	size_t n = strcspn(text, ":");
	cleanup_free char *source = xstrndup(text, n), *path = NULL;
	int r = volume_check_form(text, err);

	if (r < 0)
		return r;
	if (*text != '.' || !text[n]) {
		*ret = xstrdup(text);
		return 0;
	}
	r = path_absolute(source, base, &path, err);
	if (r >= 0)
		*ret = xasprintf("%s%s", path, text + n);
	return r;
}

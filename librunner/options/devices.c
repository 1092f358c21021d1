#include "librunner/options/devices.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/options/paths.h"

#define DIGITS "0123456789"

bool device_permissions_valid(const char *text)
{
	size_t n = strlen(text);

	if (n == 0 || strspn(text, "rwm") != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (strchr(text + i + 1, text[i]))
			return false;
	return true;
}

void device_mapping_clear(DeviceMapping *d)
{
	free(d->path_on_host);
	free(d->path_in_container);
	free(d->cgroup_permissions);
	*d = (DeviceMapping){ 0 };
}

int device_mapping_parse(const char *text, DeviceMapping *ret, Error **err)
{
	cleanup_strv char **parts = strv_split(text, ':');
	size_t n = strv_length(parts);
	const char *inside = parts[0], *mode = "rwm";

	if (n > 3 || !*parts[0])
		return error_set(err, EINVAL, "bad format for path: %s", text);
	if (n == 2 && device_permissions_valid(parts[1]))
		mode = parts[1];
	else if (n >= 2)
		inside = parts[1];
	if (n == 3)
		mode = parts[2];
	if (!device_permissions_valid(mode))
		return error_set(err, EINVAL, "bad mode specified: %s", mode);
	if (inside[0] != '/')
		return error_set(err, EINVAL, "%s is not an absolute path", inside);
	*ret = (DeviceMapping){
		.path_on_host = n == 1 ? path_clean(parts[0]) : xstrdup(parts[0]),
		.path_in_container = path_clean(inside),
		.cgroup_permissions = xstrdup(mode),
	};
	return 0;
}

/* Steps over a number or a `*`. */
static bool take_number(const char **s)
{
	size_t n = **s == '*' ? 1 : strspn(*s, DIGITS);

	*s += n;
	return n > 0;
}

int device_rule_check(const char *text, Error **err)
{
	const char *s = text;
	size_t letters;

	if (*s && strchr("acb", *s) && s[1] == ' ') {
		s += 2;
		if (take_number(&s) && *s++ == ':' && take_number(&s) && *s++ == ' ') {
			letters = strspn(s, "rwm");
			if (letters >= 1 && letters <= 3 && !s[letters])
				return 0;
		}
	}
	return error_set(err, EINVAL, "invalid device cgroup format '%s'", text);
}

#include "librunner/options/security.h"

#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/json.h"
#include "libcommon/str.h"
#include "libcommon/units.h"
#include "librunner/options/paths.h"

/* Docker's own profile has 14 KB. */
#define PROFILE_MAX_SIZE (1 << 20)

/* Splits at the first `=`, else at the first `:`. */
static const char *option_value(const char *text, char **ret_key)
{
	const char *separator = strchr(text, '=');

	if (!separator)
		separator = strchr(text, ':');
	*ret_key = separator ? xstrndup(text, (size_t)(separator - text)) : xstrdup(text);
	return separator ? separator + 1 : NULL;
}

static int profile_read(const char *name, const char *base, char **ret, Error **err)
{
	cleanup_strbuf Strbuf text = STRBUF_INIT;
	cleanup_json json_t *profile = NULL;
	cleanup_free char *path = NULL, *compact = NULL;
	cleanup_error Error *e = NULL;
	int r = path_absolute(name, base, &path, err);

	if (r < 0)
		return r;
	r = fs_read_file(AT_FDCWD, path, PROFILE_MAX_SIZE, &text);
	if (r == -ENOENT)
		return error_set(err, ENOENT,
				 "opening seccomp profile (%s) failed: open %s: no such file or "
				 "directory",
				 name, name);
	if (r < 0)
		return error_errno(err, -r, "opening seccomp profile (%s) failed: open %s", name,
				   name);
	r = json_parse(text.data ? text.data : "", text.len, name, &profile, &e);
	if (r < 0)
		return error_set(err, EINVAL, "compacting json for seccomp profile (%s) failed: %s",
				 name, e->msg);
	compact = json_text(profile);
	*ret = xasprintf("seccomp=%s", compact);
	return 0;
}

int security_option_read(const char *text, const char *base, char **ret, Error **err)
{
	cleanup_free char *key = NULL, *quoted = NULL;
	const char *value = option_value(text, &key);

	if (str_empty(value) && !streq(key, "no-new-privileges")) {
		quoted = str_quote(text);
		return error_set(err, EINVAL, "Invalid --security-opt: %s", quoted);
	}
	if (!streq(key, "seccomp") || streq(value, "unconfined") || streq(value, "builtin") ||
	    value[0] == '{') {
		*ret = xstrdup(text);
		return 0;
	}
	return profile_read(value, base, ret, err);
}

int security_option_check(const char *text, Error **err)
{
	cleanup_free char *key = NULL, *quoted = NULL;
	const char *value = option_value(text, &key);
	bool on;

	if (streq(text, "no-new-privileges") || streq(text, "disable"))
		return 0;
	if (value && streq(key, "seccomp"))
		return 0;
	if (value && streq(key, "no-new-privileges") && units_parse_bool(value, &on, NULL) >= 0)
		return 0;
	if (value && (streq(key, "label") || streq(key, "apparmor"))) {
		if (streq(value, streq(key, "label") ? "disable" : "unconfined"))
			return 0;
		return error_set(err, EOPNOTSUPP,
				 "--security-opt %s is not supported: there are no %s here", text,
				 streq(key, "label") ? "SELinux labels" : "AppArmor profiles");
	}
	quoted = str_quote(text);
	return error_set(err, EINVAL, "invalid --security-opt %d: %s", value ? 2 : 1, quoted);
}

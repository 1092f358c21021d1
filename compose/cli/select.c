/* select: which services a command is about, and how many containers they are to have. */
#include "compose/cli/cli.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"

int compose_cli_services(const ComposeCli *c, char *const *names, Error **err)
{
	STRV_FOREACH(it, names)
		if (!project_service(&c->project, *it))
			return error_set(err, ENOENT, "no such service: %s", *it);
	return 0;
}

int compose_cli_select(ComposeCli *c, char *const *names, bool dependencies, Error **err)
{
	int r = compose_cli_services(c, names, err);

	return r < 0 ? r
		     : project_select(&c->project, names && *names ? names : NULL, dependencies,
				      err);
}

static int scale_one(ComposeCli *c, const char *text, Error **err)
{
	const char *equals = strchr(text, '=');
	cleanup_free char *name = equals ? xstrndup(text, (size_t)(equals - text)) : NULL;
	Service *s = name ? project_service(&c->project, name) : NULL;
	int64_t n;

	if (!equals)
		return error_set(err, EINVAL,
				 "invalid --scale option \"%s\". Should be SERVICE=NUM", text);
	if (str_to_i64(equals + 1, &n) < 0)
		return error_set(err, EINVAL, "strconv.Atoi: parsing \"%s\": invalid syntax",
				 equals + 1);
	if (!s)
		return error_set(err, ENOENT, "no such service: %s: not found", name);
	if (n < 0)
		return error_set(err, EINVAL, "scale of \"%s\" must not be negative", name);
	s->scale = n;
	return 0;
}

int compose_cli_scale(ComposeCli *c, char *const *scales, Error **err)
{
	int r = 0;

	for (char *const *it = scales; it && *it && r >= 0; it++)
		r = scale_one(c, *it, err);
	return r;
}

int compose_cli_pull_policy(char **policy, Error **err)
{
	static const char *const known[] = { "always", "missing", "never", "build",
					     "if_not_present" };

	if (!*policy)
		return 0;
	if (!**policy || streq(*policy, "policy")) {
		free(*policy);
		*policy = NULL;
		return 0;
	}
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (streq(*policy, known[i]))
			return 0;
	return error_set(err, EINVAL, "invalid --pull option \"%s\"", *policy);
}

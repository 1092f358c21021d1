#include "libimage/image.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libimage/helper-client.h"

int pull_policy_parse(const char *text, PullPolicy *ret)
{
	static const char *const names[] = {
		[PULL_MISSING] = "missing",
		[PULL_ALWAYS] = "always",
		[PULL_NEVER] = "never",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (streq(text, names[i])) {
			*ret = (PullPolicy)i;
			return 0;
		}
	return -EINVAL;
}

static char **make_arguments(Store *store, const PullOptions *o)
{
	char **arguments = NULL;

	strv_addf(&arguments, "--root=%s", store_path(store));
	if (!str_empty(o->platform))
		strv_addf(&arguments, "--platform=%s", o->platform);
	if (!str_empty(o->config_dir))
		strv_addf(&arguments, "--config=%s", o->config_dir);
	if (o->debug)
		strv_add(&arguments, "--debug");
	strv_add(&arguments, "--");
	strv_add(&arguments, "pull");
	strv_add(&arguments, o->name);
	return arguments;
}

int image_pull(Store *store, const PullOptions *o, Image **ret, Error **err)
{
	cleanup_strv char **arguments = make_arguments(store, o);
	cleanup_free char *what = xasprintf("pull %s", o->name), *id = NULL;
	const HelperWork work = {
		.what = what,
		.arguments = arguments,
		.in = -1,
		.out = 2,
		.progress = o->progress,
		.userdata = o->userdata,
	};
	int r = helper_run(&work, &id, err);

	if (r < 0)
		return r;
	if (!id)
		return error_set(err, EIO, "%s: racker-image told no result", what);
	return image_find(store, id, ret, err);
}

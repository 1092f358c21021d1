#include "librunner/options/hooks.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"

bool hook_moment_valid(const char *when)
{
	return streq(when, "pre-start") || streq(when, "post-start") || streq(when, "post-stop");
}

int hook_parse(const char *text, Hook *ret, Error **err)
{
	size_t n = strcspn(text, "=");
	cleanup_free char *when = xstrndup(text, n);

	if (!hook_moment_valid(when) || !text[n] || !text[n + 1])
		return error_set(err, EINVAL,
				 "must be pre-start=COMMAND, post-start=COMMAND or "
				 "post-stop=COMMAND");
	*ret = (Hook){ .when = steal(&when), .command = xstrdup(text + n + 1) };
	return 0;
}

void hook_clear(Hook *hook)
{
	free(hook->when);
	free(hook->command);
	*hook = (Hook){ 0 };
}

#include "racker/stay.h"

#include "libcommon/str.h"
#include "librunner/detach-keys.h"
#include "librunner/events.h"

int stay(Runtime *rt, const Container *c, int client, const ClientOptions *o, unsigned flags,
	 Error **err)
{
	ClientOptions options = *o;
	bool detached = false;
	int r;

	options.ret_detached = &detached;
	r = client_attach(client, &options, err);
	if (!detached || r < 0)
		return r;
	container_event(rt, c, flags & STAY_EXEC ? "exec_detach" : "detach", NULL);
	if (!(flags & STAY_SAY_DETACHED))
		return 0;
	(void)fputs("read escape sequence\n", stderr);
	return 1;
}

const char *stay_detach_keys(const char *given)
{
	return str_empty(given) ? NULL : given;
}

int stay_check_keys(const char *keys, Error **err)
{
	DetachKeys parsed;

	if (detach_keys_parse(keys, &parsed, NULL) >= 0)
		return 0;
	return error_set(err, EINVAL, "Invalid escape keys (%s) provided", keys);
}

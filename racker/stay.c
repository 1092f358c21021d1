#include "racker/stay.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/detach-keys.h"
#include "librunner/events.h"
#include "racker/client-config.h"

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

char *stay_detach_keys(const Cli *cli, const char *given)
{
	cleanup_client_config ClientConfig config = { 0 };

	if (!str_empty(given))
		return xstrdup(given);
	client_config_read(cli, &config);
	return str_empty(config.detach_keys) ? NULL : steal(&config.detach_keys);
}

int stay_check_keys(const char *keys, Error **err)
{
	DetachKeys parsed;

	if (detach_keys_parse(keys, &parsed, NULL) >= 0)
		return 0;
	return error_set(err, EINVAL, "Invalid escape keys (%s) provided", keys);
}

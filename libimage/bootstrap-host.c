#include "libimage/bootstrap-host.h"

#include "libcommon/alloc.h"
#include "libcommon/spawn.h"
#include "libcommon/str.h"
#include "libimage/bootstrap.h"

/* Output of apt about the host's repositories. */
#define MAX_INDEXTARGETS (1024 * 1024)
#define MAX_PROXY 4096

bool host_has_program(const char *name)
{
	const char *path = getenv("PATH");
	cleanup_strv char **dirs = strv_split(path ? path : "/usr/sbin:/usr/bin:/sbin:/bin", ':');

	STRV_FOREACH(it, dirs) {
		cleanup_free char *file = xasprintf("%s/%s", *it, name);

		if (access(file, X_OK) == 0)
			return true;
	}
	return false;
}

/* What apt says about the host; nothing on hosts without apt. */
static char *ask_apt(const char *const *argv, size_t limit)
{
	Spawn s = { .argv = (char *const *)argv, .in = -1, .out = -1, .err = -1 };
	Strbuf out = STRBUF_INIT;

	if (!host_has_program(argv[0]) || spawn_run(&s, &out, limit, NULL) != 0)
		strbuf_clear(&out);
	return strbuf_steal(&out);
}

char *host_repositories(void)
{
	static const char *const argv[] = { "apt-get",
					    "indextargets",
					    "--format",
					    BOOTSTRAP_INDEXTARGETS,
					    "Created-By: Packages",
					    NULL };

	return ask_apt(argv, MAX_INDEXTARGETS);
}

/* The proxy that the host's apt uses is used by the new tree's apt while it is made; it is not
 * written into the tree. */
static void add_proxy(char ***env, const char *variable, const char *option)
{
	const char *argv[] = { "apt-config", "dump", "--format", "%v%n", option, NULL };
	cleanup_free char *value = NULL;

	if (env_get(*env, variable))
		return;
	value = ask_apt(argv, MAX_PROXY);
	value[strcspn(value, "\n")] = '\0';
	if (*value && !streq(value, "DIRECT"))
		env_set(env, variable, value);
}

void host_add_proxies(char ***env)
{
	add_proxy(env, "http_proxy", "Acquire::http::Proxy");
	add_proxy(env, "https_proxy", "Acquire::https::Proxy");
}

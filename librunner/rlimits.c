#include "librunner/rlimits.h"

#include <ctype.h>
#include <inttypes.h>
#include <sys/resource.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"

static const struct {
	const char *name;
	int number;
} limits[] = {
	{ "core", RLIMIT_CORE },	 { "cpu", RLIMIT_CPU },
	{ "data", RLIMIT_DATA },	 { "fsize", RLIMIT_FSIZE },
	{ "locks", RLIMIT_LOCKS },	 { "memlock", RLIMIT_MEMLOCK },
	{ "msgqueue", RLIMIT_MSGQUEUE }, { "nice", RLIMIT_NICE },
	{ "nofile", RLIMIT_NOFILE },	 { "nproc", RLIMIT_NPROC },
	{ "rss", RLIMIT_RSS },		 { "rtprio", RLIMIT_RTPRIO },
	{ "rttime", RLIMIT_RTTIME },	 { "sigpending", RLIMIT_SIGPENDING },
	{ "stack", RLIMIT_STACK },
};

static int number_of(const char *name)
{
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		if (streq(limits[i].name, name))
			return limits[i].number;
	return -1;
}

char **rlimits_spec(const HostConfig *host)
{
	char **spec = NULL;

	for (size_t i = 0; i < host->n_ulimits; i++) {
		const Ulimit *u = &host->ulimits[i];

		if (number_of(u->name) >= 0)
			strv_addf(&spec, "%d %" PRIu64 " %" PRIu64 " %s", number_of(u->name),
				  (uint64_t)u->soft, (uint64_t)u->hard, u->name);
	}
	return spec;
}

static void add_value(Strbuf *b, int64_t value)
{
	if (value < 0)
		strbuf_adds(b, "infinity");
	else
		strbuf_addf(b, "%" PRId64, value);
}

static char **systemd_list(const HostConfig *host, const char *prefix)
{
	char **list = NULL;

	for (size_t i = 0; i < host->n_ulimits; i++) {
		const Ulimit *u = &host->ulimits[i];
		Strbuf b = STRBUF_INIT;

		strbuf_adds(&b, prefix);
		for (const char *p = u->name; *p; p++)
			strbuf_addc(&b, (char)toupper((unsigned char)*p));
		strbuf_addc(&b, '=');
		add_value(&b, u->soft);
		strbuf_addc(&b, ':');
		add_value(&b, u->hard);
		strv_push(&list, strbuf_steal(&b));
	}
	return list;
}

char **rlimits_nspawn(const HostConfig *host)
{
	return systemd_list(host, "");
}

char **rlimits_manager(const HostConfig *host)
{
	return systemd_list(host, "DefaultLimit");
}

#include "librunner/privileges.h"

#include <ctype.h>
#include <linux/capability.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libcommon/units.h"
#include "librunner/caps.h"

static char *normalise(const char *name)
{
	char *upper = xstrdup(name);
	char *full;

	for (char *p = upper; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	if (streq(upper, "ALL") || startswith(upper, "CAP_"))
		return upper;
	full = xasprintf("CAP_%s", upper);
	free(upper);
	return full;
}

static int read_names(char *const *names, const char *what, uint64_t *ret, bool *ret_all,
		      Error **err)
{
	uint64_t available = caps_bounding();

	*ret = 0;
	*ret_all = false;
	STRV_FOREACH(it, names) {
		cleanup_free char *name = normalise(*it);
		cleanup_free char *quoted = str_quote(name);
		int cap = cap_from_name(name);

		if (streq(name, "ALL")) {
			*ret_all = true;
			continue;
		}
		if (cap < 0)
			return error_set(err, EINVAL, "invalid %s: unknown capability: %s", what,
					 quoted);
		if (!(available & CAP_BIT(cap)))
			return error_set(err, EINVAL,
					 "invalid %s: capability not supported by your kernel or "
					 "not available in the current environment: %s",
					 what, quoted);
		*ret |= CAP_BIT(cap);
	}
	return 0;
}

static int set_caps(const HostConfig *host, Privileges *p, Error **err)
{
	uint64_t all = caps_bounding(), added, dropped;
	bool add_all, drop_all;
	int r = read_names(host->cap_add, "CapAdd", &added, &add_all, err);

	if (r >= 0)
		r = read_names(host->cap_drop, "CapDrop", &dropped, &drop_all, err);
	if (r < 0)
		return r;
	if (host->privileged)
		p->caps = all;
	else if (add_all)
		p->caps = all & ~dropped;
	else if (drop_all)
		p->caps = added;
	else
		p->caps = ((caps_docker_default & all) & ~dropped) | added;
	p->added = host->privileged || add_all ? all : added;
	p->dropped = host->privileged ? 0 : drop_all && !add_all ? all : dropped;
	return 0;
}

static const char *option_value(const char *text, const char *key)
{
	const char *rest = startswith(text, key);

	return rest && (*rest == '=' || *rest == ':') ? rest + 1 : NULL;
}

static void read_security(const char *text, Privileges *p)
{
	const char *value;

	if (streq(text, "no-new-privileges"))
		p->no_new_privs = true;
	value = option_value(text, "no-new-privileges");
	if (value)
		(void)units_parse_bool(value, &p->no_new_privs, NULL);
	value = option_value(text, "seccomp");
	if (!value)
		return;
	p->unconfined = streq(value, "unconfined");
	p->profile = p->unconfined || streq(value, "builtin") ? NULL : value;
}

int privileges_of(const HostConfig *host, Privileges *ret, Error **err)
{
	Privileges p = { 0 };
	int r = set_caps(host, &p, err);

	if (r < 0)
		return r;
	STRV_FOREACH(it, host->security_opt)
		read_security(*it, &p);
	if (host->privileged) {
		p.unconfined = true;
		p.profile = NULL;
	}
	*ret = p;
	return 0;
}

/* ---- booted ---- */

/* systemd mounts, makes namespaces and changes users before the first service runs. */
static const int needed_by_systemd[] = {
	CAP_SYS_ADMIN, CAP_SETUID, CAP_SETGID, CAP_DAC_OVERRIDE,
	CAP_CHOWN,     CAP_FOWNER, CAP_KILL,   CAP_SETPCAP,
};

int privileges_check_boot(const HostConfig *host, Error **err)
{
	Privileges p;
	int r = privileges_of(host, &p, err);

	for (size_t i = 0; r >= 0 && i < sizeof(needed_by_systemd) / sizeof(int); i++)
		if (p.dropped & ~p.added & CAP_BIT(needed_by_systemd[i]))
			return error_set(err, EOPNOTSUPP,
					 "--cap-drop: the systemd of a booted container cannot "
					 "work without %s (--boot=never runs the command alone)",
					 cap_name((unsigned)needed_by_systemd[i]));
	return r;
}

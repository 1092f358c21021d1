#include "librunner/host-check.h"

#include <ctype.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/caps.h"
#include "librunner/options/refused.h"
#include "librunner/options/restart.h"
#include "librunner/options/security.h"

#define HEALTH_MIN 1000000 /* nanoseconds */
#define SHM_SIZE_DEFAULT (64 << 20)

static int refuse_value(const char *flag, const char *value, Error **err)
{
	const char *reason = value ? refused_value_reason(refused_flags, NULL, flag, value) : NULL;

	return reason ? error_set(err, EOPNOTSUPP, "--%s %s is not supported: %s", flag, value,
				  reason)
		      : 0;
}

static bool among(const char *value, const char *const *values)
{
	for (; *values; values++)
		if (streq(value, *values))
			return true;
	return false;
}

/* ---- namespaces ---- */

static int check_namespaces(const HostConfig *h, Error **err)
{
	static const char *const ipc_modes[] = { "", "private", "none", "shareable", "host", NULL };
	static const char *const cgroup_modes[] = { "", "private", "host", NULL };
	static const char *const modes[] = { "", "host", NULL };
	int r = refuse_value("pid", h->pid_mode, err);

	if (r >= 0)
		r = refuse_value("ipc", h->ipc_mode, err);
	if (r < 0)
		return r;
	if (h->ipc_mode && !among(h->ipc_mode, ipc_modes))
		return error_set(err, EINVAL, "invalid IPC mode: %s", h->ipc_mode);
	if (h->pid_mode && !among(h->pid_mode, modes))
		return error_set(err, EINVAL, "invalid PID mode: %s", h->pid_mode);
	if (h->uts_mode && !among(h->uts_mode, modes))
		return error_set(err, EINVAL, "invalid UTS mode: %s", h->uts_mode);
	if (h->userns_mode && !among(h->userns_mode, modes))
		return error_set(err, EINVAL, "invalid user namespace mode: %s", h->userns_mode);
	if (h->cgroupns_mode && !among(h->cgroupns_mode, cgroup_modes))
		return error_set(err, EINVAL, "invalid cgroup namespace mode: %s",
				 h->cgroupns_mode);
	return 0;
}

/* ---- capabilities ---- */

static bool capability_known(const char *name)
{
	return streq(name, "ALL") || cap_from_name(name) >= 0;
}

int capabilities_normalize(char *const *names, const char *field, char ***ret, Error **err)
{
	cleanup_strv char **all = NULL;

	STRV_FOREACH(it, names) {
		cleanup_free char *upper = xstrdup(*it), *name = NULL, *quoted = NULL;

		for (char *p = upper; *p; p++)
			*p = (char)toupper((unsigned char)*p);
		name = streq(upper, "ALL") || startswith(upper, "CAP_")
			       ? xstrdup(upper)
			       : xasprintf("CAP_%s", upper);
		if (!capability_known(name)) {
			quoted = str_quote(name);
			return error_set(err, EINVAL, "invalid %s: unknown capability: %s", field,
					 quoted);
		}
		if (!strv_contains(all, name))
			strv_push(&all, steal(&name));
	}
	*ret = steal(&all);
	return 0;
}

static int check_capabilities(const HostConfig *h, Error **err)
{
	cleanup_strv char **add = NULL, **drop = NULL;
	int r = capabilities_normalize(h->cap_add, "CapAdd", &add, err);

	return r < 0 ? r : capabilities_normalize(h->cap_drop, "CapDrop", &drop, err);
}

/* ---- */

static int check_names(const HostConfig *h, Error **err)
{
	int r = 0;

	STRV_FOREACH(it, h->annotations)
		if (**it == '=')
			return error_set(
				err, EINVAL,
				"invalid Annotations: the empty string is not permitted as "
				"an annotation key");
	STRV_FOREACH(it, h->volumes_from)
		if (!**it)
			return error_set(err, EINVAL,
					 "volumes-from specification cannot be an empty string");
	STRV_FOREACH(it, h->security_opt)
		if (r >= 0)
			r = security_option_check(*it, err);
	STRV_FOREACH(it, h->extra_hosts)
		if (r >= 0 && (**it == ':' || !strchr(*it, ':')))
			r = error_set(err, EINVAL, "bad format for add-host: \"%s\"", *it);
	return r;
}

int healthcheck_check(const Healthcheck *c, Error **err)
{
	const struct {
		const char *name;
		int64_t value;
	} times[] = {
		{ "Interval", c ? c->interval : 0 },
		{ "Timeout", c ? c->timeout : 0 },
		{ "StartPeriod", c ? c->start_period : 0 },
		{ "StartInterval", c ? c->start_interval : 0 },
	};

	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++)
		if (times[i].value && times[i].value < HEALTH_MIN)
			return error_set(err, EINVAL, "%s in Healthcheck cannot be less than 1ms",
					 times[i].name);
	return c && c->retries < 0
		       ? error_set(err, EINVAL, "Retries in Healthcheck cannot be negative")
		       : 0;
}

int host_config_check(const HostConfig *h, Error **err)
{
	int r = check_capabilities(h, err);

	if (r >= 0)
		r = restart_policy_check(&h->restart, err);
	if (r >= 0 && h->auto_remove && !restart_policy_is_none(&h->restart))
		r = error_set(err, EINVAL,
			      "can't create 'AutoRemove' container with restart policy");
	if (r >= 0)
		r = check_names(h, err);
	if (r >= 0)
		r = refuse_value("log-driver", h->log.type, err);
	if (r >= 0 && h->shm_size < 0)
		r = error_set(err, EINVAL, "SHM size can not be less than 0");
	if (r >= 0 && (h->oom_score_adj < -1000 || h->oom_score_adj > 1000))
		r = error_set(err, EINVAL,
			      "Invalid value %lld, range for oom score adj is [-1000, 1000]",
			      (long long)h->oom_score_adj);
	return r < 0 ? r : check_namespaces(h, err);
}

/* ---- adapting ---- */

static void string_default(char **member, const char *value)
{
	if (str_empty(*member)) {
		free(*member);
		*member = xstrdup(value);
	}
}

int host_config_adapt(HostConfig *h, Error **err)
{
	char **add = NULL, **drop = NULL;
	int r = capabilities_normalize(h->cap_add, "CapAdd", &add, err);

	if (r >= 0)
		r = capabilities_normalize(h->cap_drop, "CapDrop", &drop, err);
	if (r < 0) {
		strv_free(add);
		return r;
	}
	strv_free(h->cap_add);
	strv_free(h->cap_drop);
	h->cap_add = add;
	h->cap_drop = drop;
	if (!h->shm_size)
		h->shm_size = SHM_SIZE_DEFAULT;
	string_default(&h->log.type, "json-file");
	string_default(&h->ipc_mode, "private");
	string_default(&h->cgroupns_mode, "private");
	string_default(&h->restart.name, "no");
	return 0;
}

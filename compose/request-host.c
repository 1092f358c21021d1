/* request-host: HostConfig of a service, but for limits, files and networks. */
#include "compose/request.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/options/restart.h"
#include "librunner/options/security.h"

#define SERVICE_PREFIX "service:"
#define CONTAINER_PREFIX "container:"

int compose_reference(Compose *c, const char *service, char **ret_id, Error **err)
{
	cleanup_container Container *found = NULL;

	if (project_container_find(c->rt, c->project->name, service, 0, 0, &found, NULL) < 0) {
		/* Nothing was made that could be referred to. */
		if (c->dry_run) {
			*ret_id = xstrdup(service);
			return 0;
		}
		return error_set(err, ENOENT,
				 "no container found for service \"%s\" of project \"%s\"", service,
				 c->project->name);
	}
	*ret_id = xstrdup(found->id);
	return 0;
}

/* A namespace: `service:X` becomes `container:ID`. */
static int namespace_mode(Compose *c, const char *mode, char **ret, Error **err)
{
	const char *service = mode ? startswith(mode, SERVICE_PREFIX) : NULL;
	cleanup_free char *id = NULL;
	int r;

	if (!service) {
		*ret = xstrdup(mode);
		return 0;
	}
	r = compose_reference(c, service, &id, err);
	if (r >= 0)
		*ret = xasprintf(CONTAINER_PREFIX "%s", id);
	return r;
}

/* "SERVICE[:ro]" and "container:NAME[:ro]" as the engine has them. */
static int volumes_from(Compose *c, const char *text, char **ret, Error **err)
{
	const char *container = startswith(text, CONTAINER_PREFIX);
	size_t n = strcspn(text, ":");
	cleanup_free char *service = xstrndup(text, n), *id = NULL;
	int r;

	if (container) {
		*ret = xstrdup(container);
		return 0;
	}
	r = compose_reference(c, service, &id, err);
	if (r >= 0)
		*ret = xasprintf("%s%s", id, text + n);
	return r;
}

static int add_reference(Compose *c, const char *key, const char *mode, char ***ret, Error **err)
{
	cleanup_free char *value = NULL;
	int r = 0;

	if (!mode || !startswith(mode, SERVICE_PREFIX))
		return 0;
	r = namespace_mode(c, mode, &value, err);
	if (r >= 0)
		strv_addf(ret, "%s=%s", key, value);
	return r;
}

int compose_references(Compose *c, const Service *s, char ***ret, Error **err)
{
	int r = add_reference(c, "network_mode", s->network_mode, ret, err);

	if (r >= 0)
		r = add_reference(c, "ipc", s->ipc, ret, err);
	if (r >= 0)
		r = add_reference(c, "pid", s->pid, ret, err);
	STRV_FOREACH(it, s->volumes_from) {
		cleanup_free char *value = NULL;

		if (r >= 0)
			r = volumes_from(c, *it, &value, err);
		if (r >= 0)
			strv_addf(ret, "volumes_from=%s", value);
	}
	return r;
}

static const char *policy_of_condition(const char *condition)
{
	if (str_empty(condition) || streq(condition, "any"))
		return "always";
	return streq(condition, "none") ? "no" : condition;
}

static int set_restart(const Service *s, HostConfig *host, Error **err)
{
	const DeployRestartPolicy *deploy = s->deploy ? s->deploy->restart_policy : NULL;
	int r = str_empty(s->restart) ? 0 : restart_policy_parse(s->restart, &host->restart, err);

	if (r < 0 || !deploy)
		return r;
	free(host->restart.name);
	host->restart.name = xstrdup(policy_of_condition(deploy->condition));
	host->restart.maximum_retry_count = deploy->max_attempts > 0 ? deploy->max_attempts : 0;
	/* Docker counts failures only. */
	if (!streq(host->restart.name, "on-failure"))
		host->restart.maximum_retry_count = 0;
	return 0;
}

static int set_security(Compose *c, const Service *s, HostConfig *host, Error **err)
{
	STRV_FOREACH(it, s->security_opt) {
		char *option = NULL;
		int r = security_option_read(*it, c->project->working_dir, &option, err);

		if (r < 0)
			return error_prefix(err, r, "service \"%s\"", s->name);
		strv_push(&host->security_opt, option);
	}
	return 0;
}

static void set_devices(const Service *s, HostConfig *host)
{
	host->n_devices = s->n_devices;
	if (s->n_devices)
		host->devices = xnew0(DeviceMapping, s->n_devices);
	for (size_t i = 0; i < s->n_devices; i++) {
		const ServiceDevice *d = &s->devices[i];

		host->devices[i] = (DeviceMapping){
			.path_on_host = xstrdup(d->source),
			.path_in_container = xstrdup(str_empty(d->target) ? d->source : d->target),
			.cgroup_permissions =
				xstrdup(str_empty(d->permissions) ? "rwm" : d->permissions),
		};
	}
}

static void set_lists(const Service *s, HostConfig *host)
{
	host->cap_add = request_list(s->cap_add);
	host->cap_drop = request_list(s->cap_drop);
	host->group_add = request_list(s->group_add);
	host->annotations = request_list(s->annotations);
	host->dns = request_list(s->dns);
	host->dns_options = request_list(s->dns_opt);
	host->dns_search = request_list(s->dns_search);
	host->sysctls = request_list(s->sysctls);
	host->device_cgroup_rules = request_list(s->device_cgroup_rules);
	STRV_FOREACH(it, s->extra_hosts) {
		size_t n = strcspn(*it, "=");

		strv_addf(&host->extra_hosts, "%.*s:%s", (int)n, *it, (*it)[n] ? *it + n + 1 : "");
	}
	STRV_FOREACH(it, s->tmpfs) {
		size_t n = strcspn(*it, ":");

		strv_addf(&host->tmpfs, "%.*s=%s", (int)n, *it, (*it)[n] ? *it + n + 1 : "");
	}
	if (s->logging) {
		host->log.type = xstrdup(s->logging->driver);
		host->log.config = request_list(s->logging->options);
	}
}

int request_host(Compose *c, const Service *s, HostConfig *host, Error **err)
{
	int r;

	set_lists(s, host);
	set_devices(s, host);
	host->privileged = s->privileged;
	host->readonly_rootfs = s->read_only;
	host->init = s->init;
	host->cgroupns_mode = xstrdup(s->cgroup);
	host->uts_mode = xstrdup(s->uts);
	host->userns_mode = xstrdup(s->userns_mode);
	host->runtime = xstrdup(s->runtime);
	r = set_restart(s, host, err);
	if (r >= 0)
		r = set_security(c, s, host, err);
	if (r >= 0)
		r = namespace_mode(c, s->pid, &host->pid_mode, err);
	if (r >= 0)
		r = namespace_mode(c, s->ipc, &host->ipc_mode, err);
	STRV_FOREACH(it, s->volumes_from) {
		char *from = NULL;

		if (r >= 0)
			r = volumes_from(c, *it, &from, err);
		if (from)
			strv_push(&host->volumes_from, from);
	}
	return r;
}

/* run-complete: from flags to a request, with the checks and words of Docker's client. */
#include "librunner/options/run-complete.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/options/devices.h"
#include "librunner/options/paths.h"
#include "librunner/options/refused.h"
#include "librunner/options/restart.h"

void run_flags_init(void *flags)
{
	RunFlags *f = flags;

	container_create_init(&f->create);
	f->sig_proxy = true;
	f->no_content_trust = true;
	f->boot = xstrdup("auto");
	f->pull = xstrdup("missing");
	f->restart = xstrdup("no");
	f->platform = xstrdup(getenv("DOCKER_DEFAULT_PLATFORM"));
}

void run_flags_clear(void *flags)
{
	RunFlags *f = flags;

	container_create_clear(&f->create);
	f->attach = strv_free(f->attach);
	f->env = strv_free(f->env);
	f->labels = strv_free(f->labels);
	f->env_files = strv_free(f->env_files);
	f->networks = strv_free(f->networks);
	f->attachments = strv_free(f->attachments);
	f->links = strv_free(f->links);
	f->label_files = strv_free(f->label_files);
	f->config_files = strv_free(f->config_files);
}

static int complete_lists(RunFlags *f, Error **err)
{
	HostConfig *host = &f->create.host;
	int r = 0;

	STRV_FOREACH(it, f->tmpfs) {
		size_t n = strcspn(*it, ":");
		cleanup_free char *path = xstrndup(*it, n);

		env_set(&host->tmpfs, path, (*it)[n] ? *it + n + 1 : "");
	}
	STRV_FOREACH(it, f->devices) {
		DeviceMapping d;

		if (r >= 0)
			r = device_mapping_parse(*it, &d, err);
		if (r < 0)
			return r;
		host->devices = xreallocarray(host->devices, host->n_devices + 1, sizeof(d));
		host->devices[host->n_devices++] = d;
	}
	return r;
}

static int complete_log(RunFlags *f, Error **err)
{
	LogConfig *log = &f->create.host.log;

	if (f->log_opts && log->type && streq(log->type, "none"))
		return error_set(err, EINVAL, "invalid logging opts for driver none");
	STRV_FOREACH(it, f->log_opts) {
		size_t n = strcspn(*it, "=");
		cleanup_free char *name = xstrndup(*it, n);

		env_set(&log->config, name, (*it)[n] ? *it + n + 1 : "");
	}
	return 0;
}

static int check_namespaces(const HostConfig *host, Error **err)
{
	const char *pid = host->pid_mode ? host->pid_mode : "";
	const char *container = startswith(pid, "container:");

	if (*pid && !streq(pid, "host") && str_empty(container))
		return error_set(err, EINVAL, "--pid: invalid PID mode");
	if (!str_empty(host->uts_mode) && !streq(host->uts_mode, "host"))
		return error_set(err, EINVAL, "--uts: invalid UTS mode");
	if (!str_empty(host->userns_mode) && !streq(host->userns_mode, "host"))
		return error_set(err, EINVAL, "--userns: invalid USER mode");
	if (!str_empty(host->cgroupns_mode) && !streq(host->cgroupns_mode, "host") &&
	    !streq(host->cgroupns_mode, "private"))
		return error_set(err, EINVAL, "--cgroupns: invalid CGROUP mode");
	return 0;
}

static int check_not_negative(const Healthcheck *h, Error **err)
{
	const struct {
		const char *flag;
		int64_t value;
	} values[] = {
		{ "interval", h->interval },
		{ "timeout", h->timeout },
		{ "retries", h->retries },
		{ "start-period", h->start_period },
		{ "start-interval", h->start_interval },
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		if (values[i].value < 0)
			return error_set(err, EINVAL, "--health-%s cannot be negative",
					 values[i].flag);
	return 0;
}

static int complete_health(RunFlags *f, Error **err)
{
	const Healthcheck *h = &f->health;
	bool given = !str_empty(f->health_cmd) || h->interval || h->timeout || h->start_period ||
		     h->retries || h->start_interval;
	Healthcheck *check;
	int r;

	if (!given && !f->no_healthcheck)
		return 0;
	if (given && f->no_healthcheck)
		return error_set(err, EINVAL, "--no-healthcheck conflicts with --health-* options");
	r = check_not_negative(h, err);
	if (r < 0)
		return r;
	check = f->create.config.healthcheck = xnew0(Healthcheck, 1);
	*check = *h;
	if (f->no_healthcheck) {
		strv_add(&check->test, "NONE");
	} else if (!str_empty(f->health_cmd)) {
		strv_add(&check->test, "CMD-SHELL");
		strv_add(&check->test, f->health_cmd);
	}
	return 0;
}

static int complete_modes(RunFlags *f, Error **err)
{
	ContainerCreate *create = &f->create;
	const char *reason;

	if (*f->pull && pull_policy_parse(f->pull, &create->pull) < 0)
		return error_set(
			err, EINVAL,
			"invalid pull option: '%s': must be one of \"always\", \"missing\" "
			"or \"never\"",
			f->pull);
	if (boot_mode_parse(f->boot, &create->boot) < 0)
		return error_set(
			err, EINVAL,
			"invalid boot option: '%s': must be one of \"auto\", \"always\" or "
			"\"never\"",
			f->boot);
	reason = f->no_content_trust ? NULL
				     : refused_value_reason(refused_flags, NULL,
							    "disable-content-trust", "false");
	if (reason)
		return error_set(err, EOPNOTSUPP,
				 "--disable-content-trust=false is not supported: %s", reason);
	return 0;
}

/* A flag -a leaves out the streams that it does not name. */
static void complete_streams(RunFlags *f)
{
	ContainerConfig *config = &f->create.config;

	config->attach_stdin =
		!f->detach && (config->open_stdin || strv_contains(f->attach, "stdin"));
	config->attach_stdout = !f->detach && (!f->attach || strv_contains(f->attach, "stdout"));
	config->attach_stderr = !f->detach && (!f->attach || strv_contains(f->attach, "stderr"));
	config->stdin_once = config->open_stdin && config->attach_stdin;
}

static int complete_operands(RunFlags *f, char *const *operands, Error **err)
{
	ContainerCreate *create = &f->create;
	int r = 0;

	if (f->rootfs) {
		r = path_absolute(operands[0], f->base, &create->racker.rootfs, err);
		if (r >= 0)
			create->config.image = xstrdup(create->racker.rootfs);
	} else {
		create->config.image = xstrdup(operands[0]);
	}
	create->config.cmd = strv_copy(operands + 1);
	if (f->entrypoint)
		strv_add(&create->config.entrypoint, f->entrypoint);
	return r;
}

int run_flags_complete(RunFlags *f, char *const *operands, Error **err)
{
	ContainerCreate *create = &f->create;
	HostConfig *host = &create->host;
	int64_t swappiness = host->memory_swappiness;
	int r;

	create->name = f->name;
	create->platform = str_empty(f->platform) ? NULL : f->platform;
	create->quiet_pull = f->quiet;
	if (swappiness < -1 || swappiness > 100)
		return error_set(err, EINVAL,
				 "invalid value: %lld. Valid memory swappiness range is 0-100",
				 (long long)swappiness);
	r = run_flags_fold(f, err);
	if (r >= 0)
		r = run_complete_ports(f, err);
	if (r >= 0)
		r = complete_lists(f, err);
	if (r >= 0)
		r = check_namespaces(host, err);
	if (r >= 0)
		r = restart_policy_parse(f->restart, &host->restart, err);
	if (r >= 0)
		r = complete_log(f, err);
	if (r >= 0)
		r = complete_health(f, err);
	if (r >= 0)
		r = complete_modes(f, err);
	if (r >= 0 && host->auto_remove && !restart_policy_is_none(&host->restart))
		r = error_set(err, EINVAL,
			      "conflicting options: cannot specify both --restart and --rm");
	if (r >= 0)
		r = run_complete_networks(f, err);
	if (r >= 0)
		r = complete_operands(f, operands, err);
	if (r >= 0)
		complete_streams(f);
	return r;
}

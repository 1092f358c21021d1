#include "librunner/container-check.h"

#include <limits.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/container-names.h"
#include "librunner/endpoint-check.h"
#include "librunner/host-check.h"
#include "librunner/inside-check.h"
#include "librunner/mount-plan.h"
#include "librunner/network.h"
#include "librunner/process.h"

#define ALNUM "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
/* Linux's limit for a host name (HOST_NAME_MAX). */
#define HOSTNAME_MAX_LENGTH 64

/* Docker leaves it to the start, which fails. */
static int volumes_check(const ContainerConfig *config, Error **err)
{
	int r = 0;

	STRV_FOREACH(it, config->volumes)
		r = r < 0 ? r : mount_target_check("volume", *it, err);
	return r;
}

static int hostname_check(const char *name, Error **err)
{
	size_t n = strlen(name);

	if (n > HOSTNAME_MAX_LENGTH || strspn(name, ALNUM "_.-") != n || strchr("-.", name[0]))
		return error_set(err, EINVAL, "invalid hostname format: %s", name);
	return 0;
}

int container_check(const ContainerCreate *req, Error **err)
{
	const ContainerConfig *config = &req->config;
	const char *name = req->name;
	int r = 0;

	if (!str_empty(config->working_dir) && config->working_dir[0] != '/')
		return error_set(
			err, EINVAL,
			"the working directory '%s' is invalid, it needs to be an absolute path",
			config->working_dir);
	STRV_FOREACH(it, config->env)
		if (!**it || **it == '=')
			return error_set(err, EINVAL, "invalid environment variable: %s", *it);
	if (!str_empty(config->stop_signal) && signal_from_name(config->stop_signal) < 0)
		return error_set(err, EINVAL, "invalid signal: %s", config->stop_signal);
	if (!str_empty(name))
		r = container_name_check(name[0] == '/' ? name + 1 : name, err);
	if (r >= 0 && !str_empty(config->hostname))
		r = hostname_check(config->hostname, err);
	if (r >= 0)
		r = network_mode_check(req, err);
	if (r >= 0)
		r = healthcheck_check(config->healthcheck, err);
	if (r >= 0)
		r = host_config_check(&req->host, err);
	if (r >= 0 && !str_empty(config->hostname) && streq_null(req->host.uts_mode, "host"))
		r = error_set(err, EINVAL, "conflicting options: hostname and the UTS mode");
	if (r >= 0)
		r = inside_check(config, &req->host, err);
	if (r >= 0)
		r = volumes_check(config, err);
	return r >= 0 ? mount_plan_check(&req->host, err) : r;
}

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
#include "librunner/options/paths.h"
#include "librunner/options/volumes.h"
#include "librunner/process.h"

#define ALNUM "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
/* Linux's limit for a host name (HOST_NAME_MAX). */
#define HOSTNAME_MAX_LENGTH 64

void bind_clear(Bind *bind)
{
	free(bind->source);
	free(bind->target);
	*bind = (Bind){ 0 };
}

static int volume_name_error(const char *name, Error **err)
{
	size_t n = strspn(name, ALNUM "_.-");

	if (n == strlen(name) && n < 2)
		return error_set(err, EINVAL,
				 "create %s: volume name is too short, names should be at least "
				 "two alphanumeric characters",
				 name);
	if (n != strlen(name) || strspn(name, ALNUM) == 0)
		return error_set(
			err, EINVAL,
			"create %s: \"%s\" includes invalid characters for a local volume name, "
			"only "
			"\"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host "
			"directory, use absolute path",
			name, name);
	return error_set(
		err, EOPNOTSUPP,
		"volume %s: named volumes are not supported, use an absolute path of the host",
		name);
}

static bool mode_has(const char *list, const char *word)
{
	cleanup_strv char **words = strv_split(list, ',');

	return strv_contains(words, word);
}

int bind_parse(const char *text, Bind *ret, Error **err)
{
	cleanup_strv char **parts = strv_split(text, ':');
	cleanup_bind Bind bind = { 0 };
	size_t n = strv_length(parts);
	PlannedMount mode = { 0 };
	int r = volume_check_form(text, err);

	if (r < 0)
		return r;
	if (n == 1)
		return error_set(err, EOPNOTSUPP,
				 "volume %s: anonymous volumes are not supported, use HOST-PATH:%s",
				 text, text);
	if (parts[0][0] != '/')
		return volume_name_error(parts[0], err);
	if (parts[1][0] != '/')
		return error_set(
			err, EINVAL,
			"invalid volume specification: '%s': invalid mount config for type "
			"\"bind\": invalid mount path: '%s' mount path must be absolute",
			text, parts[1]);
	bind.source = path_clean(parts[0]);
	bind.target = path_clean(parts[1]);
	if (streq(bind.target, "/"))
		return error_set(
			err, EINVAL,
			"invalid volume specification: '%s': invalid mount config for type "
			"\"bind\": invalid specification: destination can't be '/'",
			text);
	if (n == 3 && mode_has(parts[2], "nocopy"))
		return error_set(
			err, EINVAL,
			"invalid volume specification: '%s': invalid mount config for type "
			"\"bind\": field VolumeOptions must not be specified",
			text);
	if (n == 3 && mount_mode_parse(parts[2], &mode) < 0)
		return error_set(err, EINVAL, "invalid mode: %s", parts[2]);
	bind.readonly = mode.readonly;
	*ret = bind;
	bind = (Bind){ 0 };
	return 0;
}

static int binds_check(const HostConfig *host, Error **err)
{
	STRV_FOREACH(it, host->binds) {
		cleanup_bind Bind bind = { 0 };
		int r = bind_parse(*it, &bind, err);

		if (r < 0)
			return r;
	}
	return mount_plan_check(host, err);
}

static int hostname_check(const char *name, Error **err)
{
	size_t n = strlen(name);

	if (n > HOSTNAME_MAX_LENGTH || strspn(name, ALNUM "_.-") != n || strchr("-.", name[0]))
		return error_set(err, EINVAL, "invalid hostname format: %s", name);
	return 0;
}

static int network_check(const char *mode, Error **err)
{
	if (str_empty(mode) || streq(mode, "host") || streq(mode, "none") ||
	    streq(mode, NETWORK_DEFAULT))
		return 0;
	if (streq(mode, "bridge") || startswith(mode, "container:"))
		return error_set(err, EOPNOTSUPP, "network %s is not supported, use host or none",
				 mode);
	return error_set(err, ENOENT, "network %s not found", mode);
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
		r = network_check(req->host.network_mode, err);
	if (r >= 0)
		r = healthcheck_check(config->healthcheck, err);
	if (r >= 0)
		r = host_config_check(&req->host, err);
	if (r >= 0 && !str_empty(config->hostname) && streq_null(req->host.uts_mode, "host"))
		r = error_set(err, EINVAL, "conflicting options: hostname and the UTS mode");
	if (r >= 0)
		r = inside_check(config, &req->host, err);
	return r >= 0 ? binds_check(&req->host, err) : r;
}

#include "librunner/options/run-values.h"

#include <limits.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libcommon/units.h"
#include "librunner/options/devices.h"
#include "librunner/options/hooks.h"
#include "librunner/options/limits.h"
#include "librunner/options/mount.h"
#include "librunner/options/names.h"
#include "librunner/options/network.h"

/* Negative timeouts of the user wait for ever; this is longer than any system runs. */
#define FOR_EVER INT32_MAX
#define NS_PER_SECOND INT64_C(1000000000)

/* Makes room for one more element behind `n`, counts it, and is where it goes. */
#define APPEND(array, n) \
	((array) = xreallocarray((array), (n) + 1, sizeof(*(array))), &(array)[(n)++])

static char ***list_member(const Flag *flag, void *options)
{
	return (char ***)((char *)options + flag->offset);
}

/* NAME=value into a vector where each name stands once; a name alone has the empty value. */
static void map_set(char ***map, const char *text)
{
	size_t n = strcspn(text, "=");
	cleanup_free char *name = xstrndup(text, n);

	env_set(map, name, text[n] ? text + n + 1 : "");
}

/* ---- names and values ---- */

int parse_env(const Flag *flag, const char *value, void *options, Error **err)
{
	const char *inherited = strchr(value, '=') ? NULL : getenv(value);

	if (!*value || *value == '=')
		return error_set(err, EINVAL, "invalid environment variable: %s", value);
	if (inherited)
		strv_addf(list_member(flag, options), "%s=%s", value, inherited);
	else
		strv_add(list_member(flag, options), value);
	return 0;
}

int parse_label(const Flag *flag, const char *value, void *options, Error **err)
{
	const char *name = value + strspn(value, " \t");

	if (!*name || *name == '=')
		return error_set(err, EINVAL, "invalid label '%s': empty name", value);
	strv_add(list_member(flag, options), value);
	return 0;
}

int parse_annotation(const Flag *flag, const char *value, void *options, Error **err)
{
	RunFlags *f = options;

	(void)flag;
	(void)err;
	map_set(&f->create.host.annotations, value);
	return 0;
}

/* Those of namespaces that a container has for itself. */
int parse_sysctl(const Flag *flag, const char *value, void *options, Error **err)
{
	static const char *const names[] = { "kernel.msgmax", "kernel.msgmnb",
					     "kernel.msgmni", "kernel.sem",
					     "kernel.shmall", "kernel.shmmax",
					     "kernel.shmmni", "kernel.shm_rmid_forced" };
	RunFlags *f = options;
	size_t n = strcspn(value, "=");
	cleanup_free char *name = xstrndup(value, n);
	bool known = value[n] && (startswith(name, "net.") || startswith(name, "fs.mqueue."));

	(void)flag;
	for (size_t i = 0; value[n] && i < sizeof(names) / sizeof(*names); i++)
		known = known || streq(name, names[i]);
	if (!known)
		return error_set(err, EINVAL, "sysctl '%s' is not allowed", value);
	map_set(&f->create.host.sysctls, value);
	return 0;
}

int parse_path(const Flag *flag, const char *value, void *options, Error **err)
{
	const RunFlags *f = options;

	(void)err;
	if (f->base && *value && *value != '/')
		strv_addf(list_member(flag, options), "%s/%s", f->base, value);
	else
		strv_add(list_member(flag, options), value);
	return 0;
}

/* ---- network ---- */

static int append_parsed(const Flag *flag, const char *value, void *options,
			 int (*parse)(const char *text, char **ret, Error **err), Error **err)
{
	char *parsed;
	int r = parse(value, &parsed, err);

	if (r >= 0)
		strv_push(list_member(flag, options), parsed);
	return r;
}

int parse_add_host(const Flag *flag, const char *value, void *options, Error **err)
{
	return append_parsed(flag, value, options, extra_host_parse, err);
}

int parse_dns(const Flag *flag, const char *value, void *options, Error **err)
{
	return append_parsed(flag, value, options, ip_address_parse, err);
}

int parse_dns_search(const Flag *flag, const char *value, void *options, Error **err)
{
	return append_parsed(flag, value, options, dns_search_parse, err);
}

/* Its meaning is found when all flags are known; here only its form counts. */
int parse_network(const Flag *flag, const char *value, void *options, Error **err)
{
	cleanup_network_option EndpointSettings e = { 0 };
	int r = network_option_parse(value, &e, err);

	if (r >= 0)
		strv_add(list_member(flag, options), value);
	return r;
}

int parse_link(const Flag *flag, const char *value, void *options, Error **err)
{
	int r = link_parse(value, NULL, NULL, err);

	if (r >= 0)
		strv_add(list_member(flag, options), value);
	return r;
}

/* ---- limits ---- */

int parse_ulimit(const Flag *flag, const char *value, void *options, Error **err)
{
	HostConfig *host = &((RunFlags *)options)->create.host;
	Ulimit limit;
	int r = ulimit_parse(value, &limit, err);

	(void)flag;
	if (r >= 0)
		ulimits_set(&host->ulimits, &host->n_ulimits, limit);
	return r;
}

int parse_weight_device(const Flag *flag, const char *value, void *options, Error **err)
{
	HostConfig *host = &((RunFlags *)options)->create.host;
	WeightDevice device;
	int r = weight_device_parse(value, &device, err);

	(void)flag;
	if (r >= 0)
		*APPEND(host->blkio_weight_device, host->n_blkio_weight_device) = device;
	return r;
}

static int append_throttle(const Flag *flag, const ThrottleDevice *device, HostConfig *host)
{
	if (streq(flag->name, "device-read-bps"))
		*APPEND(host->blkio_read_bps, host->n_blkio_read_bps) = *device;
	else if (streq(flag->name, "device-write-bps"))
		*APPEND(host->blkio_write_bps, host->n_blkio_write_bps) = *device;
	else if (streq(flag->name, "device-read-iops"))
		*APPEND(host->blkio_read_iops, host->n_blkio_read_iops) = *device;
	else
		*APPEND(host->blkio_write_iops, host->n_blkio_write_iops) = *device;
	return 0;
}

int parse_throttle_bps(const Flag *flag, const char *value, void *options, Error **err)
{
	ThrottleDevice device;
	int r = throttle_bps_parse(value, &device, err);

	return r < 0 ? r : append_throttle(flag, &device, &((RunFlags *)options)->create.host);
}

int parse_throttle_iops(const Flag *flag, const char *value, void *options, Error **err)
{
	ThrottleDevice device;
	int r = throttle_iops_parse(value, &device, err);

	return r < 0 ? r : append_throttle(flag, &device, &((RunFlags *)options)->create.host);
}

/* ---- mounts and devices ---- */

int parse_mount(const Flag *flag, const char *value, void *options, Error **err)
{
	RunFlags *f = options;
	HostConfig *host = &f->create.host;
	Mount mount;
	int r = mount_parse(value, f->base, &mount, err);

	(void)flag;
	if (r >= 0)
		*APPEND(host->mounts, host->n_mounts) = mount;
	return r;
}

int parse_device_rule(const Flag *flag, const char *value, void *options, Error **err)
{
	int r = device_rule_check(value, err);

	if (r >= 0)
		strv_add(list_member(flag, options), value);
	return r;
}

/* ---- life ---- */

int parse_attach(const Flag *flag, const char *value, void *options, Error **err)
{
	static const char *const streams[] = { "stdin", "stdout", "stderr" };

	for (size_t i = 0; i < 3; i++)
		if (strcasecmp(value, streams[i]) == 0) {
			strv_add(list_member(flag, options), streams[i]);
			return 0;
		}
	return error_set(err, EINVAL, "valid streams are STDIN, STDOUT and STDERR");
}

int parse_stop_timeout(const Flag *flag, const char *value, void *options, Error **err)
{
	RunFlags *f = options;
	int64_t seconds;
	int r = units_parse_int(value, &seconds, err);

	(void)flag;
	if (r >= 0)
		f->create.config.stop_timeout =
			seconds < 0 || seconds > FOR_EVER ? FOR_EVER : seconds;
	return r;
}

/* Seconds, or a duration of at least one. */
int parse_timeout(const Flag *flag, const char *value, void *options, Error **err)
{
	RunFlags *f = options;
	int64_t duration, *seconds = &f->create.racker.timeout;
	int r = 0;

	(void)flag;
	if (units_parse_decimal(value, seconds, NULL) < 0) {
		r = units_parse_duration(value, &duration, err);
		if (r < 0)
			return r;
		*seconds = duration / NS_PER_SECOND + (duration % NS_PER_SECOND > 0);
	}
	if (*seconds < 0)
		r = error_set(err, EINVAL, "it cannot be negative");
	return r;
}

int parse_hook(const Flag *flag, const char *value, void *options, Error **err)
{
	RackerConfig *racker = &((RunFlags *)options)->create.racker;
	Hook hook;
	int r = hook_parse(value, &hook, err);

	(void)flag;
	if (r >= 0)
		*APPEND(racker->hooks, racker->n_hooks) = hook;
	return r;
}

#include "librunner/merge.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static void string_default(char **value, const char *fallback)
{
	if (str_empty(*value) && !str_empty(fallback)) {
		free(*value);
		*value = xstrdup(fallback);
	}
}

/* Whether `NAME=value` or `NAME` of that very name is in the vector. */
static bool env_names(char *const *env, const char *entry)
{
	size_t n = strcspn(entry, "=");

	STRV_FOREACH(it, env)
		if (strncmp(*it, entry, n) == 0 && ((*it)[n] == '=' || !(*it)[n]))
			return true;
	return false;
}

static void env_defaults(char ***env, char *const *defaults)
{
	STRV_FOREACH(it, defaults)
		if (!env_names(*env, *it))
			strv_add(env, *it);
}

static void command_merge(ContainerConfig *config, const ImageConfig *image)
{
	if (strv_length(config->entrypoint) == 0) {
		if (strv_length(config->cmd) == 0) {
			strv_free(config->cmd);
			config->cmd = strv_copy(image->cmd);
		}
		strv_free(config->entrypoint);
		config->entrypoint = strv_copy(image->entrypoint);
	}
	/* `--entrypoint ""` resets the image's; its command went with it. */
	if (strv_length(config->entrypoint) == 1 && !*config->entrypoint[0])
		config->entrypoint = strv_free(config->entrypoint);
}

static void duration_default(int64_t *value, int64_t fallback)
{
	if (!*value)
		*value = fallback;
}

/* As Docker: what the user leaves out is the image's. */
static void healthcheck_merge(ContainerConfig *config, const ImageConfig *image)
{
	Healthcheck from = { 0 };
	Healthcheck *to = config->healthcheck;

	if (!image->healthcheck ||
	    json_decode(image->healthcheck, &healthcheck_type, &from, NULL) < 0) {
		json_clear(&healthcheck_type, &from);
		return;
	}
	if (!to)
		to = config->healthcheck = xnew0(Healthcheck, 1);
	if (!strv_length(to->test)) {
		strv_free(to->test);
		to->test = steal(&from.test);
	}
	duration_default(&to->interval, from.interval);
	duration_default(&to->timeout, from.timeout);
	duration_default(&to->start_period, from.start_period);
	duration_default(&to->start_interval, from.start_interval);
	duration_default(&to->retries, from.retries);
	json_clear(&healthcheck_type, &from);
}

static void sets_merge(ContainerConfig *config, const ImageConfig *image)
{
	STRV_FOREACH(it, image->exposed_ports)
		if (!strv_contains(config->exposed_ports, *it))
			strv_add(&config->exposed_ports, *it);
	STRV_FOREACH(it, image->volumes)
		if (!strv_contains(config->volumes, *it))
			strv_add(&config->volumes, *it);
	if (!strv_length(config->shell) && image->shell) {
		strv_free(config->shell);
		config->shell = strv_copy(image->shell);
	}
}

void config_merge(ContainerConfig *config, const ImageConfig *image)
{
	string_default(&config->user, image->user);
	string_default(&config->working_dir, image->working_dir);
	string_default(&config->stop_signal, image->stop_signal);
	env_defaults(&config->env, image->env);
	env_defaults(&config->labels, image->labels);
	healthcheck_merge(config, image);
	sets_merge(config, image);
	command_merge(config, image);
}

int config_command(const ContainerConfig *config, char **ret_path, char ***ret_args, Error **err)
{
	cleanup_strv char **argv = strv_copy(config->entrypoint);

	strv_extend(&argv, config->cmd);
	if (strv_length(argv) == 0)
		return error_set(err, EINVAL, "no command specified");
	*ret_path = xstrdup(argv[0]);
	*ret_args = strv_copy(argv + 1);
	return 0;
}

bool command_is_init(const char *path, char *const *args)
{
	static const char *const inits[] = { "init",
					     "/init",
					     "/sbin/init",
					     "/usr/sbin/init",
					     "/lib/systemd/systemd",
					     "/usr/lib/systemd/systemd" };

	for (size_t i = 0; path && i < sizeof(inits) / sizeof(inits[0]); i++)
		if (streq(path, inits[i]))
			return strv_length(args) == 0;
	return false;
}

char **container_environment(const Container *c)
{
	char **env = NULL;

	strv_add(&env, "PATH=" DEFAULT_PATH);
	if (!str_empty(c->config.hostname))
		strv_addf(&env, "HOSTNAME=%s", c->config.hostname);
	if (c->config.tty)
		strv_add(&env, "TERM=xterm");
	STRV_FOREACH(it, c->config.env) {
		size_t n = strcspn(*it, "=");
		cleanup_free char *name = xstrndup(*it, n);

		if ((*it)[n])
			env_set(&env, name, *it + n + 1);
		else
			env_unset(env, name);
	}
	return env;
}

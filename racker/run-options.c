#include "racker/run-options.h"

#include <limits.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/env-file.h"
#include "libcommon/str.h"

/* Negative timeouts of the user wait for ever; this is longer than any system runs. */
#define FOR_EVER INT32_MAX

static int parse_label(const Flag *flag, const char *value, void *options, Error **err)
{
	RunOptions *o = options;

	(void)flag;
	if (!*value || *value == '=')
		return error_set(err, EINVAL, "invalid label '%s': empty name", value);
	strv_add(&o->labels, value);
	return 0;
}

#define WINDOWS_ONLY "it exists for containers on Windows only"

/* clang-format off */
const Flag run_flags[] = {
	FLAG_STRING(RunOptions, "boot", 0, boot,
		    "Boot the image's init: \"auto\", \"always\", \"never\"", .fallback = "auto"),
	FLAG_STRING(RunOptions, "cidfile", 0, cidfile, "Write the container ID to the file"),
	FLAG_BOOL(RunOptions, "detach", 'd', detach,
		  "Run container in background and print container ID"),
	FLAG_STRING(RunOptions, "entrypoint", 0, entrypoint,
		    "Overwrite the default ENTRYPOINT of the image"),
	FLAG_CALL("env", 'e', "list", parse_env, "Set environment variables",
		  .offset = offsetof(RunOptions, env)),
	FLAG_LIST(RunOptions, "env-file", 0, env_files, "Read in a file of environment variables"),
	FLAG_STRING(RunOptions, "hostname", 'h', hostname, "Container host name"),
	FLAG_BOOL(RunOptions, "init", 0, init,
		  "Run an init inside the container that forwards signals and reaps processes"),
	FLAG_BOOL(RunOptions, "interactive", 'i', interactive, "Keep STDIN open even if not attached"),
	FLAG_CALL("label", 'l', "list", parse_label, "Set meta data on a container"),
	FLAG_LIST(RunOptions, "label-file", 0, label_files, "Read in a line delimited file of labels"),
	FLAG_STRING(RunOptions, "name", 0, name, "Assign a name to the container"),
	FLAG_LIST_OF(RunOptions, "network", 0, "network", networks,
		     "Connect a container to a network: \"host\", \"none\""),
	FLAG_STRING(RunOptions, "platform", 0, platform,
		    "Set platform if server is multi-platform capable"),
	FLAG_STRING(RunOptions, "pull", 0, pull,
		    "Pull image before running (\"always\", \"missing\", \"never\")",
		    .fallback = "missing"),
	FLAG_BOOL(RunOptions, "quiet", 'q', quiet, "Suppress the pull output"),
	FLAG_BOOL(RunOptions, "rm", 0, rm,
		  "Automatically remove the container and its associated anonymous volumes when it exits"),
	FLAG_BOOL(RunOptions, "sig-proxy", 0, sig_proxy, "Proxy received signals to the process",
		  .fallback = "true"),
	FLAG_STRING(RunOptions, "stop-signal", 0, stop_signal, "Signal to stop the container"),
	FLAG_INT(RunOptions, "stop-timeout", 0, stop_timeout,
		 "Timeout (in seconds) to stop a container"),
	FLAG_BOOL(RunOptions, "tty", 't', tty, "Allocate a pseudo-TTY"),
	FLAG_STRING(RunOptions, "user", 'u', user,
		    "Username or UID (format: <name|uid>[:<group|gid>])"),
	FLAG_LIST(RunOptions, "volume", 'v', volumes, "Bind mount a volume"),
	FLAG_STRING(RunOptions, "workdir", 'w', workdir, "Working directory inside the container"),
	FLAG_REFUSED("cpu-count", 0, "int", WINDOWS_ONLY),
	FLAG_REFUSED("cpu-percent", 0, "int", WINDOWS_ONLY),
	FLAG_REFUSED("io-maxbandwidth", 0, "bytes", WINDOWS_ONLY),
	FLAG_REFUSED("io-maxiops", 0, "uint", WINDOWS_ONLY),
	FLAG_REFUSED("isolation", 0, "string", WINDOWS_ONLY),
	FLAG_REFUSED("kernel-memory", 0, "bytes", "Linux has dropped this limit; use --memory"),
	FLAG_REFUSED("link", 0, "list", "links are a legacy of Docker; use a network of your own"),
	FLAG_REFUSED("runtime", 0, "string", "the runtime is systemd-nspawn"),
	FLAG_REFUSED("use-api-socket", 0, NULL, "there is no Docker daemon"),
	FLAG_END,
};
/* clang-format on */

void run_defaults(void *options)
{
	RunOptions *o = options;

	o->sig_proxy = true;
	o->boot = xstrdup("auto");
	o->pull = xstrdup("missing");
}

void run_clear(void *options)
{
	RunOptions *o = options;

	o->env = strv_free(o->env);
	o->labels = strv_free(o->labels);
}

/* As Docker's client: `./dir` is relative to where we are. */
static int resolve_volumes(char *const *volumes, char ***ret, Error **err)
{
	STRV_FOREACH(it, volumes) {
		size_t n = strcspn(*it, ":");
		cleanup_free char *source = xstrndup(*it, n), *cwd = NULL;

		if (**it != '.') {
			strv_add(ret, *it);
			continue;
		}
		cwd = getcwd(NULL, 0);
		if (!cwd)
			return error_errno(err, errno, "find the working directory for %s", *it);
		strv_addf(ret, "%s/%s%s", cwd, source, *it + n);
	}
	return 0;
}

/* Files first: what the command line says counts for more. */
static int collect(char *const *files, bool inherit, char *const *values, char ***ret, Error **err)
{
	STRV_FOREACH(it, files) {
		int r = env_file_read(*it, inherit, ret, err);

		if (r < 0)
			return r;
	}
	STRV_FOREACH(it, values) {
		size_t n = strcspn(*it, "=");
		cleanup_free char *name = xstrndup(*it, n);

		if ((*it)[n])
			env_set(ret, name, *it + n + 1);
		else
			strv_add(ret, *it);
	}
	return 0;
}

/* A label without a value has the empty one. */
static void complete_labels(char **labels)
{
	for (; labels && *labels; labels++)
		if (!strchr(*labels, '=')) {
			char *bare = *labels;

			*labels = xasprintf("%s=", bare);
			free(bare);
		}
}

static int request_modes(const RunOptions *o, Launch *l, Error **err)
{
	if (pull_policy_parse(o->pull, &l->create.pull) < 0)
		return error_set(
			err, EINVAL,
			"invalid pull option: '%s': must be one of \"always\", \"missing\" "
			"or \"never\"",
			o->pull);
	if (boot_mode_parse(o->boot, &l->create.boot) < 0)
		return error_set(
			err, EINVAL,
			"invalid boot option: '%s': must be one of \"auto\", \"always\" or "
			"\"never\"",
			o->boot);
	STRV_FOREACH(it, o->networks) {
		if (!**it)
			return error_set(err, EINVAL, "no name set for network");
		if (l->create.host.network_mode && !streq(l->create.host.network_mode, *it))
			return error_set(err, EINVAL, "networks %s and %s exclude each other",
					 l->create.host.network_mode, *it);
		l->create.host.network_mode = *it;
	}
	return 0;
}

static int request_lists(const RunOptions *o, Launch *l, Error **err)
{
	ContainerConfig *config = &l->create.config;
	int r = collect(o->env_files, true, o->env, &config->env, err);

	if (r >= 0)
		r = collect(o->label_files, false, o->labels, &config->labels, err);
	if (r >= 0)
		r = resolve_volumes(o->volumes, &l->create.host.binds, err);
	complete_labels(config->labels);
	return r;
}

int run_request(const Cli *cli, const RunOptions *o, char **operands, Launch *ret, Error **err)
{
	ContainerConfig *config = &ret->create.config;
	bool timeout_given = flags_given(cli->parsed, "stop-timeout");
	int r;

	container_create_init(&ret->create);
	ret->detach = o->detach;
	ret->sig_proxy = o->sig_proxy;
	ret->cidfile = str_empty(o->cidfile) ? NULL : o->cidfile;
	ret->create.name = o->name;
	ret->create.platform = str_empty(o->platform) ? NULL : o->platform;
	ret->create.quiet_pull = o->quiet;
	ret->create.host.auto_remove = o->rm;
	ret->create.host.init = o->init;
	config->image = operands[0];
	config->cmd = strv_copy(operands + 1);
	config->hostname = o->hostname;
	config->user = o->user;
	config->working_dir = o->workdir;
	config->stop_signal = o->stop_signal;
	config->stop_timeout = !timeout_given	     ? -1
			       : o->stop_timeout < 0 ? FOR_EVER
						     : o->stop_timeout;
	config->tty = o->tty;
	config->open_stdin = o->interactive;
	config->attach_stdout = config->attach_stderr = !o->detach;
	config->attach_stdin = config->stdin_once = o->interactive && !o->detach;
	if (flags_given(cli->parsed, "entrypoint"))
		strv_add(&config->entrypoint, o->entrypoint);
	r = request_modes(o, ret, err);
	return r < 0 ? r : request_lists(o, ret, err);
}

void run_request_clear(Launch *l)
{
	ContainerConfig *config = &l->create.config;

	config->env = strv_free(config->env);
	config->labels = strv_free(config->labels);
	config->cmd = strv_free(config->cmd);
	config->entrypoint = strv_free(config->entrypoint);
	l->create.host.binds = strv_free(l->create.host.binds);
}

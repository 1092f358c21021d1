#include "libcommon/str.h"
#include "librunner/container-store.h"

/* clang-format off */
static const JsonField container_config_fields[] = {
	JSON_STRING(ContainerConfig, "Hostname", hostname, 0),
	JSON_STRING(ContainerConfig, "User", user, 0),
	JSON_BOOL(ContainerConfig, "AttachStdin", attach_stdin, 0),
	JSON_BOOL(ContainerConfig, "AttachStdout", attach_stdout, 0),
	JSON_BOOL(ContainerConfig, "AttachStderr", attach_stderr, 0),
	JSON_BOOL(ContainerConfig, "Tty", tty, 0),
	JSON_BOOL(ContainerConfig, "OpenStdin", open_stdin, 0),
	JSON_BOOL(ContainerConfig, "StdinOnce", stdin_once, 0),
	JSON_STRV(ContainerConfig, "Env", env, JSON_NULL_EMPTY),
	JSON_STRV(ContainerConfig, "Cmd", cmd, JSON_NULL_EMPTY | JSON_STRING_OR_ARRAY),
	JSON_RAW(ContainerConfig, "Healthcheck", healthcheck, JSON_OMIT_EMPTY),
	JSON_STRING(ContainerConfig, "Image", image, 0),
	JSON_STRING(ContainerConfig, "WorkingDir", working_dir, 0),
	JSON_STRV(ContainerConfig, "Entrypoint", entrypoint, JSON_NULL_EMPTY | JSON_STRING_OR_ARRAY),
	JSON_ENV(ContainerConfig, "Labels", labels, 0),
	JSON_STRING(ContainerConfig, "StopSignal", stop_signal, JSON_OMIT_EMPTY),
	JSON_INT(ContainerConfig, "StopTimeout", stop_timeout, 0),
	JSON_END,
};
const JsonType container_config_type = { "Config", sizeof(ContainerConfig), container_config_fields };

static const JsonField host_config_fields[] = {
	JSON_STRV(HostConfig, "Binds", binds, JSON_NULL_EMPTY),
	JSON_STRING(HostConfig, "NetworkMode", network_mode, 0),
	JSON_BOOL(HostConfig, "AutoRemove", auto_remove, 0),
	JSON_BOOL(HostConfig, "Init", init, 0),
	JSON_END,
};
const JsonType host_config_type = { "HostConfig", sizeof(HostConfig), host_config_fields };

static const JsonField racker_config_fields[] = {
	JSON_BOOL(RackerConfig, "Boot", boot, 0),
	JSON_BOOL(RackerConfig, "System", system, 0),
	JSON_STRING(RackerConfig, "Machine", machine, 0),
	JSON_STRV(RackerConfig, "Layers", layers, 0),
	JSON_END,
};
static const JsonType racker_config_type = { "Racker", sizeof(RackerConfig), racker_config_fields };

static const JsonField container_state_fields[] = {
	JSON_STRING(ContainerState, "Status", status, 0),
	JSON_INT(ContainerState, "Pid", pid, 0),
	JSON_INT(ContainerState, "PidStart", pid_start, 0),
	JSON_INT(ContainerState, "MonitorPid", monitor_pid, 0),
	JSON_INT(ContainerState, "MonitorStart", monitor_start, 0),
	JSON_INT(ContainerState, "ExitCode", exit_code, 0),
	JSON_STRING(ContainerState, "Error", error, 0),
	JSON_STRING(ContainerState, "StartedAt", started_at, 0),
	JSON_STRING(ContainerState, "FinishedAt", finished_at, 0),
	JSON_BOOL(ContainerState, "OOMKilled", oom_killed, 0),
	JSON_STRING(ContainerState, "BootId", boot_id, JSON_OMIT_EMPTY),
	JSON_END,
};
const JsonType container_state_type = { "State", sizeof(ContainerState), container_state_fields };

/* The state has a file of its own, which the monitor writes. */
static const JsonField container_fields[] = {
	JSON_INT(Container, "Version", version, JSON_REQUIRED),
	JSON_STRING(Container, "Id", id, JSON_REQUIRED),
	JSON_STRING(Container, "Name", name, JSON_REQUIRED),
	JSON_STRING(Container, "Created", created, 0),
	JSON_STRING(Container, "Image", image_id, 0),
	JSON_STRING(Container, "Platform", platform, JSON_OMIT_EMPTY),
	JSON_STRING(Container, "Path", path, 0),
	JSON_STRV(Container, "Args", args, 0),
	JSON_OBJECT(Container, "Config", config, &container_config_type, 0),
	JSON_OBJECT(Container, "HostConfig", host, &host_config_type, 0),
	JSON_OBJECT(Container, "Racker", racker, &racker_config_type, 0),
	JSON_END,
};
const JsonType container_type = { "container", sizeof(Container), container_fields };
/* clang-format on */

Container *container_free(Container *c)
{
	if (!c)
		return NULL;
	/* The state first: clearing zeroes the whole struct. */
	json_clear(&container_state_type, &c->state);
	json_clear(&container_type, c);
	free(c);
	return NULL;
}

bool container_id_valid(const char *id)
{
	size_t n = strspn(id, "0123456789abcdef");

	return n == CONTAINER_ID_LENGTH && !id[n];
}

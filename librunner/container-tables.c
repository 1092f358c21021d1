#include "libcommon/str.h"
#include "librunner/container-store.h"

/* clang-format off */
static const JsonField healthcheck_fields[] = {
	JSON_STRV(Healthcheck, "Test", test, JSON_OMIT_EMPTY | JSON_STRING_OR_ARRAY),
	JSON_INT(Healthcheck, "Interval", interval, JSON_OMIT_EMPTY),
	JSON_INT(Healthcheck, "Timeout", timeout, JSON_OMIT_EMPTY),
	JSON_INT(Healthcheck, "StartPeriod", start_period, JSON_OMIT_EMPTY),
	JSON_INT(Healthcheck, "StartInterval", start_interval, JSON_OMIT_EMPTY),
	JSON_INT(Healthcheck, "Retries", retries, JSON_OMIT_EMPTY),
	JSON_END,
};
const JsonType healthcheck_type = { "Healthcheck", sizeof(Healthcheck), healthcheck_fields };

static const JsonField container_config_fields[] = {
	JSON_STRING(ContainerConfig, "Hostname", hostname, 0),
	JSON_STRING(ContainerConfig, "Domainname", domainname, 0),
	JSON_STRING(ContainerConfig, "User", user, 0),
	JSON_BOOL(ContainerConfig, "AttachStdin", attach_stdin, 0),
	JSON_BOOL(ContainerConfig, "AttachStdout", attach_stdout, 0),
	JSON_BOOL(ContainerConfig, "AttachStderr", attach_stderr, 0),
	JSON_SET(ContainerConfig, "ExposedPorts", exposed_ports, JSON_OMIT_EMPTY),
	JSON_BOOL(ContainerConfig, "Tty", tty, 0),
	JSON_BOOL(ContainerConfig, "OpenStdin", open_stdin, 0),
	JSON_BOOL(ContainerConfig, "StdinOnce", stdin_once, 0),
	JSON_STRV(ContainerConfig, "Env", env, JSON_NULL_EMPTY),
	JSON_STRV(ContainerConfig, "Cmd", cmd, JSON_NULL_EMPTY | JSON_STRING_OR_ARRAY),
	JSON_POINTER(ContainerConfig, "Healthcheck", healthcheck, &healthcheck_type, JSON_OMIT_EMPTY),
	JSON_STRING(ContainerConfig, "Image", image, 0),
	JSON_SET(ContainerConfig, "Volumes", volumes, JSON_NULL_EMPTY),
	JSON_STRING(ContainerConfig, "WorkingDir", working_dir, 0),
	JSON_STRV(ContainerConfig, "Entrypoint", entrypoint, JSON_NULL_EMPTY | JSON_STRING_OR_ARRAY),
	JSON_STRING(ContainerConfig, "MacAddress", mac_address, JSON_OMIT_EMPTY),
	JSON_ENV(ContainerConfig, "Labels", labels, 0),
	JSON_STRING(ContainerConfig, "StopSignal", stop_signal, JSON_OMIT_EMPTY),
	JSON_INT(ContainerConfig, "StopTimeout", stop_timeout, JSON_OMIT_NEGATIVE),
	JSON_STRV(ContainerConfig, "Shell", shell, JSON_OMIT_EMPTY),
	JSON_END,
};
const JsonType container_config_type = { "Config", sizeof(ContainerConfig), container_config_fields };

static const JsonField hook_fields[] = {
	JSON_STRING(Hook, "When", when, JSON_REQUIRED),
	JSON_STRING(Hook, "Command", command, JSON_REQUIRED),
	JSON_END,
};
static const JsonType hook_type = { "Hooks", sizeof(Hook), hook_fields };

static const JsonField volume_mount_fields[] = {
	JSON_STRING(VolumeMount, "Name", name, JSON_REQUIRED),
	JSON_STRING(VolumeMount, "Target", target, JSON_REQUIRED),
	JSON_BOOL(VolumeMount, "Anonymous", anonymous, JSON_OMIT_EMPTY),
	JSON_END,
};
const JsonType volume_mount_type = { "Volumes", sizeof(VolumeMount), volume_mount_fields };

static const JsonField racker_config_fields[] = {
	JSON_BOOL(RackerConfig, "Boot", boot, 0),
	JSON_BOOL(RackerConfig, "System", system, 0),
	JSON_STRING(RackerConfig, "Machine", machine, 0),
	JSON_STRV(RackerConfig, "Layers", layers, 0),
	JSON_STRING(RackerConfig, "Rootfs", rootfs, JSON_OMIT_EMPTY),
	JSON_BOOL(RackerConfig, "Ephemeral", ephemeral, JSON_OMIT_EMPTY),
	JSON_ARRAY(RackerConfig, "Inherited", inherited, n_inherited, &mount_type, JSON_OMIT_EMPTY),
	JSON_ARRAY(RackerConfig, "Volumes", volumes, n_volumes, &volume_mount_type, JSON_OMIT_EMPTY),
	JSON_STRV(RackerConfig, "MountedImages", mounted_images, JSON_OMIT_EMPTY),
	JSON_STRING(RackerConfig, "GuestUnit", guest_unit, JSON_OMIT_EMPTY),
	JSON_INT(RackerConfig, "Timeout", timeout, JSON_OMIT_EMPTY),
	JSON_BOOL(RackerConfig, "Disabled", disabled, JSON_OMIT_EMPTY),
	JSON_ARRAY(RackerConfig, "Hooks", hooks, n_hooks, &hook_type, JSON_OMIT_EMPTY),
	JSON_STRV(RackerConfig, "ConfigFiles", config_files, JSON_OMIT_EMPTY),
	JSON_STRV(RackerConfig, "Flags", flags, JSON_OMIT_EMPTY),
	JSON_STRING(RackerConfig, "DetachKeys", detach_keys, JSON_OMIT_EMPTY),
	JSON_END,
};
const JsonType racker_config_type = { "Racker", sizeof(RackerConfig), racker_config_fields };

static const JsonField health_result_fields[] = {
	JSON_STRING(HealthResult, "Start", start, 0),
	JSON_STRING(HealthResult, "End", end, 0),
	JSON_INT(HealthResult, "ExitCode", exit_code, 0),
	JSON_STRING(HealthResult, "Output", output, 0),
	JSON_END,
};
static const JsonType health_result_type = { "Log", sizeof(HealthResult), health_result_fields };

static const JsonField health_state_fields[] = {
	JSON_STRING(HealthState, "Status", status, 0),
	JSON_INT(HealthState, "FailingStreak", failing_streak, 0),
	JSON_ARRAY(HealthState, "Log", log, n_log, &health_result_type, 0),
	JSON_END,
};
static const JsonType health_state_type = { "Health", sizeof(HealthState), health_state_fields };

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
	JSON_INT(ContainerState, "RestartCount", restart_count, 0),
	JSON_BOOL(ContainerState, "ManuallyStopped", manually_stopped, JSON_OMIT_EMPTY),
	JSON_POINTER(ContainerState, "Health", health, &health_state_type, JSON_OMIT_EMPTY),
	JSON_STRING(ContainerState, "BootId", boot_id, JSON_OMIT_EMPTY),
	JSON_MAP(ContainerState, "Networks", networks, n_networks, &endpoint_state_type,
		 EndpointSettings, network, JSON_OMIT_EMPTY),
	JSON_ARRAY(ContainerState, "Ports", ports, n_ports, &port_mapping_type, JSON_OMIT_EMPTY),
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
	JSON_OBJECT(Container, "NetworkingConfig", networking, &networking_config_type, 0),
	JSON_OBJECT(Container, "Racker", racker, &racker_config_type, 0),
	JSON_END,
};
const JsonType container_type = { "container", sizeof(Container), container_fields };
/* clang-format on */

void container_config_init(ContainerConfig *config)
{
	*config = (ContainerConfig){ .stop_timeout = -1 };
}

void container_create_init(ContainerCreate *req)
{
	*req = (ContainerCreate){ 0 };
	container_config_init(&req->config);
	host_config_init(&req->host);
}

void container_create_clear(ContainerCreate *req)
{
	json_clear(&container_config_type, &req->config);
	json_clear(&host_config_type, &req->host);
	json_clear(&networking_config_type, &req->networking);
	json_clear(&racker_config_type, &req->racker);
	*req = (ContainerCreate){ 0 };
}

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

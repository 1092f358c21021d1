/* model-tables: the structs of model.h by the names of the specification. */
#include "compose/model.h"

/* clang-format off */

/* ---- parts of a service ---- */

static const JsonType build_type = { "build", sizeof(ServiceBuild), (const JsonField[]){
	JSON_STRING(ServiceBuild, "context", context, 0),
	JSON_STRING(ServiceBuild, "dockerfile", dockerfile, 0),
	JSON_STRING(ServiceBuild, "dockerfile_inline", dockerfile_inline, 0),
	JSON_STRING(ServiceBuild, "target", target, 0),
	JSON_STRING(ServiceBuild, "network", network, 0),
	JSON_ENV(ServiceBuild, "args", args, JSON_NULL_NAMES),
	JSON_ENV(ServiceBuild, "labels", labels, 0),
	JSON_STRV(ServiceBuild, "tags", tags, 0),
	JSON_STRV(ServiceBuild, "platforms", platforms, 0),
	JSON_STRV(ServiceBuild, "cache_from", cache_from, 0),
	JSON_STRV(ServiceBuild, "cache_to", cache_to, 0),
	JSON_BOOL(ServiceBuild, "no_cache", no_cache, 0),
	JSON_BOOL(ServiceBuild, "pull", pull, 0),
	JSON_BOOL(ServiceBuild, "privileged", privileged, 0),
	JSON_END } };

static const JsonType port_type = { "port", sizeof(ServicePort), (const JsonField[]){
	JSON_STRING(ServicePort, "name", name, 0),
	JSON_STRING(ServicePort, "mode", mode, 0),
	JSON_STRING(ServicePort, "host_ip", host_ip, 0),
	JSON_INT(ServicePort, "target", target, 0),
	JSON_STRING(ServicePort, "published", published, 0),
	JSON_STRING(ServicePort, "protocol", protocol, 0),
	JSON_STRING(ServicePort, "app_protocol", app_protocol, 0),
	JSON_END } };

static const JsonType volume_bind_type = { "bind", sizeof(ServiceVolumeBind), (const JsonField[]){
	JSON_STRING(ServiceVolumeBind, "selinux", selinux, 0),
	JSON_STRING(ServiceVolumeBind, "propagation", propagation, 0),
	JSON_STRING(ServiceVolumeBind, "recursive", recursive, 0),
	JSON_BOOL(ServiceVolumeBind, "create_host_path", create_host_path, 0),
	JSON_END } };

static const JsonType volume_volume_type = { "volume", sizeof(ServiceVolumeVolume), (const JsonField[]){
	JSON_BOOL(ServiceVolumeVolume, "nocopy", nocopy, 0),
	JSON_STRING(ServiceVolumeVolume, "subpath", subpath, 0),
	JSON_END } };

static const JsonType volume_tmpfs_type = { "tmpfs", sizeof(ServiceVolumeTmpfs), (const JsonField[]){
	JSON_INT(ServiceVolumeTmpfs, "size", size, 0),
	JSON_INT(ServiceVolumeTmpfs, "mode", mode, 0),
	JSON_END } };

static const JsonType volume_type = { "volume", sizeof(ServiceVolume), (const JsonField[]){
	JSON_STRING(ServiceVolume, "type", type, 0),
	JSON_STRING(ServiceVolume, "source", source, 0),
	JSON_STRING(ServiceVolume, "target", target, 0),
	JSON_BOOL(ServiceVolume, "read_only", read_only, 0),
	JSON_STRING(ServiceVolume, "consistency", consistency, 0),
	JSON_POINTER(ServiceVolume, "bind", bind, &volume_bind_type, 0),
	JSON_POINTER(ServiceVolume, "volume", volume, &volume_volume_type, 0),
	JSON_POINTER(ServiceVolume, "tmpfs", tmpfs, &volume_tmpfs_type, 0),
	JSON_END } };

static const JsonType network_type = { "network", sizeof(ServiceNetwork), (const JsonField[]){
	JSON_INT(ServiceNetwork, "priority", priority, 0),
	JSON_INT(ServiceNetwork, "gw_priority", gw_priority, 0),
	JSON_STRV(ServiceNetwork, "aliases", aliases, 0),
	JSON_STRING(ServiceNetwork, "ipv4_address", ipv4_address, 0),
	JSON_STRING(ServiceNetwork, "ipv6_address", ipv6_address, 0),
	JSON_STRING(ServiceNetwork, "mac_address", mac_address, 0),
	JSON_STRV(ServiceNetwork, "link_local_ips", link_local_ips, 0),
	JSON_ENV(ServiceNetwork, "driver_opts", driver_opts, 0),
	JSON_END } };

static const JsonType dependency_type = { "dependency", sizeof(ServiceDependency), (const JsonField[]){
	JSON_STRING(ServiceDependency, "condition", condition, 0),
	JSON_BOOL(ServiceDependency, "restart", restart, 0),
	JSON_BOOL(ServiceDependency, "required", required, 0),
	JSON_END } };

static void file_init(void *data)
{
	((ServiceFile *)data)->mode = -1;
}

static const JsonType file_type = { "file", sizeof(ServiceFile), (const JsonField[]){
	JSON_STRING(ServiceFile, "source", source, 0),
	JSON_STRING(ServiceFile, "target", target, 0),
	JSON_STRING(ServiceFile, "uid", uid, 0),
	JSON_STRING(ServiceFile, "gid", gid, 0),
	JSON_INT(ServiceFile, "mode", mode, 0),
	JSON_END }, file_init };

static const JsonType ulimit_type = { "ulimit", sizeof(ServiceUlimit), (const JsonField[]){
	JSON_INT(ServiceUlimit, "soft", soft, 0),
	JSON_INT(ServiceUlimit, "hard", hard, 0),
	JSON_END } };

static const JsonType device_type = { "device", sizeof(ServiceDevice), (const JsonField[]){
	JSON_STRING(ServiceDevice, "source", source, 0),
	JSON_STRING(ServiceDevice, "target", target, 0),
	JSON_STRING(ServiceDevice, "permissions", permissions, 0),
	JSON_END } };

static const JsonType request_type = { "devices", sizeof(ServiceDeviceRequest), (const JsonField[]){
	JSON_STRV(ServiceDeviceRequest, "capabilities", capabilities, 0),
	JSON_STRING(ServiceDeviceRequest, "driver", driver, 0),
	JSON_INT(ServiceDeviceRequest, "count", count, 0),
	JSON_STRV(ServiceDeviceRequest, "device_ids", device_ids, 0),
	JSON_ENV(ServiceDeviceRequest, "options", options, 0),
	JSON_END } };

static const JsonType weight_type = { "weight_device", sizeof(ServiceWeightDevice), (const JsonField[]){
	JSON_STRING(ServiceWeightDevice, "path", path, 0),
	JSON_INT(ServiceWeightDevice, "weight", weight, 0),
	JSON_END } };

static const JsonType throttle_type = { "throttle_device", sizeof(ServiceThrottleDevice), (const JsonField[]){
	JSON_STRING(ServiceThrottleDevice, "path", path, 0),
	JSON_INT(ServiceThrottleDevice, "rate", rate, 0),
	JSON_END } };

static const JsonType blkio_type = { "blkio_config", sizeof(ServiceBlkio), (const JsonField[]){
	JSON_INT(ServiceBlkio, "weight", weight, 0),
	JSON_ARRAY(ServiceBlkio, "weight_device", weight_device, n_weight_device, &weight_type, 0),
	JSON_ARRAY(ServiceBlkio, "device_read_bps", read_bps, n_read_bps, &throttle_type, 0),
	JSON_ARRAY(ServiceBlkio, "device_read_iops", read_iops, n_read_iops, &throttle_type, 0),
	JSON_ARRAY(ServiceBlkio, "device_write_bps", write_bps, n_write_bps, &throttle_type, 0),
	JSON_ARRAY(ServiceBlkio, "device_write_iops", write_iops, n_write_iops, &throttle_type, 0),
	JSON_END } };

static const JsonType healthcheck_table = { "healthcheck", sizeof(ServiceHealthcheck), (const JsonField[]){
	JSON_STRV(ServiceHealthcheck, "test", test, 0),
	JSON_INT(ServiceHealthcheck, "interval", interval, 0),
	JSON_INT(ServiceHealthcheck, "timeout", timeout, 0),
	JSON_INT(ServiceHealthcheck, "start_period", start_period, 0),
	JSON_INT(ServiceHealthcheck, "start_interval", start_interval, 0),
	JSON_INT(ServiceHealthcheck, "retries", retries, 0),
	JSON_BOOL(ServiceHealthcheck, "disable", disable, 0),
	JSON_END } };

static const JsonType logging_type = { "logging", sizeof(ServiceLogging), (const JsonField[]){
	JSON_STRING(ServiceLogging, "driver", driver, 0),
	JSON_ENV(ServiceLogging, "options", options, 0),
	JSON_END } };

static const JsonType hook_type = { "hook", sizeof(ServiceHook), (const JsonField[]){
	JSON_STRV(ServiceHook, "command", command, 0),
	JSON_STRING(ServiceHook, "user", user, 0),
	JSON_STRING(ServiceHook, "working_dir", working_dir, 0),
	JSON_BOOL(ServiceHook, "privileged", privileged, 0),
	JSON_ENV(ServiceHook, "environment", environment, JSON_NULL_NAMES),
	JSON_END } };

static const JsonType watch_type = { "watch", sizeof(ServiceWatch), (const JsonField[]){
	JSON_STRING(ServiceWatch, "path", path, 0),
	JSON_STRING(ServiceWatch, "action", action, 0),
	JSON_STRING(ServiceWatch, "target", target, 0),
	JSON_OBJECT(ServiceWatch, "exec", exec, &hook_type, 0),
	JSON_STRV(ServiceWatch, "ignore", ignore, 0),
	JSON_END } };

static const JsonType develop_type = { "develop", sizeof(ServiceDevelop), (const JsonField[]){
	JSON_ARRAY(ServiceDevelop, "watch", watch, n_watch, &watch_type, 0),
	JSON_END } };

static const JsonType resource_type = { "resource", sizeof(DeployResource), (const JsonField[]){
	JSON_DOUBLE(DeployResource, "cpus", cpus, 0),
	JSON_INT(DeployResource, "memory", memory, 0),
	JSON_INT(DeployResource, "pids", pids, 0),
	JSON_ARRAY(DeployResource, "devices", devices, n_devices, &request_type, 0),
	JSON_END } };

static const JsonType resources_type = { "resources", sizeof(DeployResources), (const JsonField[]){
	JSON_POINTER(DeployResources, "limits", limits, &resource_type, 0),
	JSON_POINTER(DeployResources, "reservations", reservations, &resource_type, 0),
	JSON_END } };

static void restart_init(void *data)
{
	((DeployRestartPolicy *)data)->max_attempts = -1;
}

static const JsonType restart_type = { "restart_policy", sizeof(DeployRestartPolicy), (const JsonField[]){
	JSON_STRING(DeployRestartPolicy, "condition", condition, 0),
	JSON_INT(DeployRestartPolicy, "delay", delay, 0),
	JSON_INT(DeployRestartPolicy, "window", window, 0),
	JSON_INT(DeployRestartPolicy, "max_attempts", max_attempts, 0),
	JSON_END }, restart_init };

static void deploy_init(void *data)
{
	((ServiceDeploy *)data)->replicas = -1;
}

static const JsonType deploy_type = { "deploy", sizeof(ServiceDeploy), (const JsonField[]){
	JSON_STRING(ServiceDeploy, "mode", mode, 0),
	JSON_INT(ServiceDeploy, "replicas", replicas, 0),
	JSON_ENV(ServiceDeploy, "labels", labels, 0),
	JSON_OBJECT(ServiceDeploy, "resources", resources, &resources_type, 0),
	JSON_POINTER(ServiceDeploy, "restart_policy", restart_policy, &restart_type, 0),
	JSON_STRING(ServiceDeploy, "endpoint_mode", endpoint_mode, 0),
	JSON_END }, deploy_init };

static const JsonType racker_type = { "x-racker", sizeof(ServiceRacker), (const JsonField[]){
	JSON_STRING(ServiceRacker, "boot", boot, 0),
	JSON_STRV(ServiceRacker, "provision", provision, JSON_STRING_OR_ARRAY),
	JSON_END } };

/* ---- services ---- */

static void service_init(void *data)
{
	Service *s = data;

	s->scale = s->stop_grace_period = s->mem_swappiness = -1;
	s->attach = true;
}

#define TEXT(key, member) JSON_STRING(Service, key, member, 0)
#define TEXTS(key, member) JSON_STRV(Service, key, member, 0)
#define PAIRS(key, member) JSON_ENV(Service, key, member, 0)
#define NUMBER(key, member) JSON_INT(Service, key, member, 0)
#define SWITCH(key, member) JSON_BOOL(Service, key, member, 0)
#define STRUCT(key, member, type) JSON_POINTER(Service, key, member, type, 0)
#define STRUCTS(key, member, type) JSON_ARRAY(Service, key, member, n_##member, type, 0)

const JsonType compose_service_type = { "service", sizeof(Service), (const JsonField[]){
	TEXTS("profiles", profiles),
	TEXT("image", image),
	TEXTS("command", command),
	TEXTS("entrypoint", entrypoint),
	TEXT("user", user),
	TEXT("working_dir", working_dir),
	JSON_ENV(Service, "environment", environment, JSON_NULL_NAMES),
	PAIRS("labels", labels),
	PAIRS("annotations", annotations),
	STRUCT("build", build, &build_type),
	TEXT("platform", platform),
	TEXT("pull_policy", pull_policy),
	TEXT("container_name", container_name),
	TEXT("hostname", hostname),
	TEXT("domainname", domainname),
	NUMBER("scale", scale),
	SWITCH("attach", attach),
	SWITCH("tty", tty),
	SWITCH("stdin_open", stdin_open),
	SWITCH("init", init),
	SWITCH("privileged", privileged),
	SWITCH("read_only", read_only),
	TEXT("restart", restart),
	TEXT("runtime", runtime),
	TEXT("stop_signal", stop_signal),
	NUMBER("stop_grace_period", stop_grace_period),
	STRUCT("healthcheck", healthcheck, &healthcheck_table),
	STRUCT("logging", logging, &logging_type),
	STRUCTS("post_start", post_start, &hook_type),
	STRUCTS("pre_stop", pre_stop, &hook_type),
	STRUCT("develop", develop, &develop_type),
	STRUCT("deploy", deploy, &deploy_type),
	JSON_MAP(Service, "depends_on", depends_on, n_depends_on, &dependency_type,
		 ServiceDependency, service, 0),
	TEXTS("links", links),
	TEXTS("external_links", external_links),
	TEXTS("volumes_from", volumes_from),
	STRUCTS("volumes", volumes, &volume_type),
	STRUCTS("secrets", secrets, &file_type),
	STRUCTS("configs", configs, &file_type),
	STRUCTS("devices", devices, &device_type),
	STRUCTS("gpus", gpus, &request_type),
	TEXTS("tmpfs", tmpfs),
	PAIRS("storage_opt", storage_opt),
	TEXT("network_mode", network_mode),
	JSON_MAP(Service, "networks", networks, n_networks, &network_type, ServiceNetwork, network, 0),
	STRUCTS("ports", ports, &port_type),
	TEXTS("expose", expose),
	TEXTS("dns", dns),
	TEXTS("dns_opt", dns_opt),
	TEXTS("dns_search", dns_search),
	TEXTS("extra_hosts", extra_hosts),
	TEXT("mac_address", mac_address),
	TEXTS("cap_add", cap_add),
	TEXTS("cap_drop", cap_drop),
	TEXTS("security_opt", security_opt),
	TEXTS("group_add", group_add),
	TEXT("pid", pid),
	TEXT("ipc", ipc),
	TEXT("uts", uts),
	TEXT("cgroup", cgroup),
	TEXT("cgroup_parent", cgroup_parent),
	TEXT("userns_mode", userns_mode),
	PAIRS("sysctls", sysctls),
	TEXTS("device_cgroup_rules", device_cgroup_rules),
	JSON_DOUBLE(Service, "cpus", cpus, 0),
	NUMBER("cpu_shares", cpu_shares),
	NUMBER("cpu_period", cpu_period),
	NUMBER("cpu_quota", cpu_quota),
	NUMBER("cpu_rt_period", cpu_rt_period),
	NUMBER("cpu_rt_runtime", cpu_rt_runtime),
	TEXT("cpuset", cpuset),
	NUMBER("mem_limit", mem_limit),
	NUMBER("mem_reservation", mem_reservation),
	NUMBER("memswap_limit", memswap_limit),
	NUMBER("mem_swappiness", mem_swappiness),
	NUMBER("pids_limit", pids_limit),
	NUMBER("shm_size", shm_size),
	NUMBER("oom_score_adj", oom_score_adj),
	SWITCH("oom_kill_disable", oom_kill_disable),
	JSON_MAP(Service, "ulimits", ulimits, n_ulimits, &ulimit_type, ServiceUlimit, name, 0),
	STRUCT("blkio_config", blkio_config, &blkio_type),
	JSON_OBJECT(Service, "x-racker", racker, &racker_type, 0),
	JSON_END }, service_init };

/* ---- top level ---- */

static const JsonType pool_type = { "ipam", sizeof(ProjectIpamPool), (const JsonField[]){
	JSON_STRING(ProjectIpamPool, "subnet", subnet, 0),
	JSON_STRING(ProjectIpamPool, "gateway", gateway, 0),
	JSON_STRING(ProjectIpamPool, "ip_range", ip_range, 0),
	JSON_ENV(ProjectIpamPool, "aux_addresses", aux_addresses, 0),
	JSON_END } };

static const JsonType ipam_type = { "ipam", sizeof(ProjectIpam), (const JsonField[]){
	JSON_STRING(ProjectIpam, "driver", driver, 0),
	JSON_ARRAY(ProjectIpam, "config", config, n_config, &pool_type, 0),
	JSON_END } };

static void network_init(void *data)
{
	((ProjectNetwork *)data)->enable_ipv4 = true;
}

const JsonType compose_network_type = { "network", sizeof(ProjectNetwork), (const JsonField[]){
	JSON_STRING(ProjectNetwork, "name", name, 0),
	JSON_STRING(ProjectNetwork, "driver", driver, 0),
	JSON_ENV(ProjectNetwork, "driver_opts", driver_opts, 0),
	JSON_OBJECT(ProjectNetwork, "ipam", ipam, &ipam_type, 0),
	JSON_BOOL(ProjectNetwork, "external", external, 0),
	JSON_BOOL(ProjectNetwork, "internal", internal, 0),
	JSON_BOOL(ProjectNetwork, "attachable", attachable, 0),
	JSON_BOOL(ProjectNetwork, "enable_ipv4", enable_ipv4, 0),
	JSON_BOOL(ProjectNetwork, "enable_ipv6", enable_ipv6, 0),
	JSON_ENV(ProjectNetwork, "labels", labels, 0),
	JSON_END }, network_init };

const JsonType compose_volume_type = { "volume", sizeof(ProjectVolume), (const JsonField[]){
	JSON_STRING(ProjectVolume, "name", name, 0),
	JSON_STRING(ProjectVolume, "driver", driver, 0),
	JSON_ENV(ProjectVolume, "driver_opts", driver_opts, 0),
	JSON_ENV(ProjectVolume, "labels", labels, 0),
	JSON_BOOL(ProjectVolume, "external", external, 0),
	JSON_END } };

const JsonType compose_file_type = { "file", sizeof(ProjectFile), (const JsonField[]){
	JSON_STRING(ProjectFile, "name", name, 0),
	JSON_STRING(ProjectFile, "file", file, 0),
	JSON_STRING(ProjectFile, "environment", environment, 0),
	JSON_STRING(ProjectFile, "content", content, 0),
	JSON_BOOL(ProjectFile, "external", external, 0),
	JSON_ENV(ProjectFile, "labels", labels, 0),
	JSON_STRING(ProjectFile, "driver", driver, 0),
	JSON_STRING(ProjectFile, "template_driver", template_driver, 0),
	JSON_ENV(ProjectFile, "driver_opts", driver_opts, 0),
	JSON_END } };
/* clang-format on */

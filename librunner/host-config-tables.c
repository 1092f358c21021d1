/* host-config-tables: HostConfig's keys, in the order in which Docker's inspect prints them. */
#include "librunner/container-config.h"

/* clang-format off */
static const JsonField log_config_fields[] = {
	JSON_STRING(LogConfig, "Type", type, 0),
	JSON_ENV(LogConfig, "Config", config, 0),
	JSON_END,
};
static const JsonType log_config_type = { "LogConfig", sizeof(LogConfig), log_config_fields };

static const JsonField restart_policy_fields[] = {
	JSON_STRING(RestartPolicy, "Name", name, 0),
	JSON_INT(RestartPolicy, "MaximumRetryCount", maximum_retry_count, 0),
	JSON_END,
};
static const JsonType restart_policy_type = { "RestartPolicy", sizeof(RestartPolicy), restart_policy_fields };

static const JsonField device_fields[] = {
	JSON_STRING(DeviceMapping, "PathOnHost", path_on_host, 0),
	JSON_STRING(DeviceMapping, "PathInContainer", path_in_container, 0),
	JSON_STRING(DeviceMapping, "CgroupPermissions", cgroup_permissions, 0),
	JSON_END,
};
static const JsonType device_type = { "Devices", sizeof(DeviceMapping), device_fields };

static const JsonField throttle_fields[] = {
	JSON_STRING(ThrottleDevice, "Path", path, 0),
	JSON_INT(ThrottleDevice, "Rate", rate, 0),
	JSON_END,
};
static const JsonType throttle_type = { "ThrottleDevice", sizeof(ThrottleDevice), throttle_fields };

static const JsonField weight_fields[] = {
	JSON_STRING(WeightDevice, "Path", path, 0),
	JSON_INT(WeightDevice, "Weight", weight, 0),
	JSON_END,
};
static const JsonType weight_type = { "WeightDevice", sizeof(WeightDevice), weight_fields };

static const JsonField ulimit_fields[] = {
	JSON_STRING(Ulimit, "Name", name, 0),
	JSON_INT(Ulimit, "Hard", hard, 0),
	JSON_INT(Ulimit, "Soft", soft, 0),
	JSON_END,
};
static const JsonType ulimit_type = { "Ulimits", sizeof(Ulimit), ulimit_fields };

static const JsonField bind_options_fields[] = {
	JSON_STRING(BindOptions, "Propagation", propagation, JSON_OMIT_EMPTY),
	JSON_BOOL(BindOptions, "NonRecursive", non_recursive, JSON_OMIT_EMPTY),
	JSON_BOOL(BindOptions, "CreateMountpoint", create_mountpoint, JSON_OMIT_EMPTY),
	JSON_BOOL(BindOptions, "ReadOnlyNonRecursive", readonly_non_recursive, JSON_OMIT_EMPTY),
	JSON_BOOL(BindOptions, "ReadOnlyForceRecursive", readonly_force_recursive, JSON_OMIT_EMPTY),
	JSON_END,
};
static const JsonType bind_options_type = { "BindOptions", sizeof(BindOptions), bind_options_fields };

static const JsonField volume_options_fields[] = {
	JSON_BOOL(VolumeOptions, "NoCopy", no_copy, JSON_OMIT_EMPTY),
	JSON_ENV(VolumeOptions, "Labels", labels, JSON_OMIT_EMPTY),
	JSON_STRING(VolumeOptions, "Subpath", subpath, JSON_OMIT_EMPTY),
	JSON_RAW(VolumeOptions, "DriverConfig", driver_config, JSON_OMIT_NULL),
	JSON_END,
};
static const JsonType volume_options_type = { "VolumeOptions", sizeof(VolumeOptions), volume_options_fields };

static const JsonField tmpfs_options_fields[] = {
	JSON_INT(TmpfsOptions, "SizeBytes", size_bytes, JSON_OMIT_EMPTY),
	JSON_INT(TmpfsOptions, "Mode", mode, JSON_OMIT_EMPTY),
	JSON_END,
};
static const JsonType tmpfs_options_type = { "TmpfsOptions", sizeof(TmpfsOptions), tmpfs_options_fields };

static const JsonField image_options_fields[] = {
	JSON_STRING(ImageOptions, "Subpath", subpath, JSON_OMIT_EMPTY),
	JSON_END,
};
static const JsonType image_options_type = { "ImageOptions", sizeof(ImageOptions), image_options_fields };

static const JsonField mount_fields[] = {
	JSON_STRING(Mount, "Type", type, 0),
	JSON_STRING(Mount, "Source", source, JSON_OMIT_EMPTY),
	JSON_STRING(Mount, "Target", target, 0),
	JSON_BOOL(Mount, "ReadOnly", readonly, JSON_OMIT_EMPTY),
	JSON_STRING(Mount, "Consistency", consistency, JSON_OMIT_EMPTY),
	JSON_POINTER(Mount, "BindOptions", bind, &bind_options_type, JSON_OMIT_EMPTY),
	JSON_POINTER(Mount, "VolumeOptions", volume, &volume_options_type, JSON_OMIT_EMPTY),
	JSON_POINTER(Mount, "TmpfsOptions", tmpfs, &tmpfs_options_type, JSON_OMIT_EMPTY),
	JSON_POINTER(Mount, "ImageOptions", image, &image_options_type, JSON_OMIT_EMPTY),
	JSON_END,
};
const JsonType mount_type = { "Mounts", sizeof(Mount), mount_fields };

static const JsonField host_config_fields[] = {
	JSON_STRV(HostConfig, "Binds", binds, JSON_NULL_EMPTY),
	JSON_STRING(HostConfig, "ContainerIDFile", container_id_file, 0),
	JSON_OBJECT(HostConfig, "LogConfig", log, &log_config_type, 0),
	JSON_STRING(HostConfig, "NetworkMode", network_mode, 0),
	JSON_RAW(HostConfig, "PortBindings", port_bindings, 0),
	JSON_OBJECT(HostConfig, "RestartPolicy", restart, &restart_policy_type, 0),
	JSON_BOOL(HostConfig, "AutoRemove", auto_remove, 0),
	JSON_STRING(HostConfig, "VolumeDriver", volume_driver, 0),
	JSON_STRV(HostConfig, "VolumesFrom", volumes_from, JSON_NULL_EMPTY),
	JSON_ENV(HostConfig, "Annotations", annotations, JSON_OMIT_EMPTY),
	JSON_STRV(HostConfig, "CapAdd", cap_add, JSON_NULL_EMPTY),
	JSON_STRV(HostConfig, "CapDrop", cap_drop, JSON_NULL_EMPTY),
	JSON_STRING(HostConfig, "CgroupnsMode", cgroupns_mode, 0),
	JSON_STRV(HostConfig, "Dns", dns, 0),
	JSON_STRV(HostConfig, "DnsOptions", dns_options, 0),
	JSON_STRV(HostConfig, "DnsSearch", dns_search, 0),
	JSON_STRV(HostConfig, "ExtraHosts", extra_hosts, JSON_NULL_EMPTY),
	JSON_STRV(HostConfig, "GroupAdd", group_add, JSON_NULL_EMPTY),
	JSON_STRING(HostConfig, "IpcMode", ipc_mode, 0),
	JSON_STRV(HostConfig, "Links", links, JSON_NULL_EMPTY),
	JSON_INT(HostConfig, "OomScoreAdj", oom_score_adj, 0),
	JSON_STRING(HostConfig, "PidMode", pid_mode, 0),
	JSON_BOOL(HostConfig, "Privileged", privileged, 0),
	JSON_BOOL(HostConfig, "PublishAllPorts", publish_all_ports, 0),
	JSON_BOOL(HostConfig, "ReadonlyRootfs", readonly_rootfs, 0),
	JSON_STRV(HostConfig, "SecurityOpt", security_opt, JSON_NULL_EMPTY),
	JSON_ENV(HostConfig, "Tmpfs", tmpfs, JSON_OMIT_EMPTY),
	JSON_STRING(HostConfig, "UTSMode", uts_mode, 0),
	JSON_STRING(HostConfig, "UsernsMode", userns_mode, 0),
	JSON_INT(HostConfig, "ShmSize", shm_size, 0),
	JSON_ENV(HostConfig, "Sysctls", sysctls, JSON_OMIT_EMPTY),
	JSON_STRING(HostConfig, "Runtime", runtime, 0),
	JSON_INT(HostConfig, "CpuShares", cpu_shares, 0),
	JSON_INT(HostConfig, "Memory", memory, 0),
	JSON_INT(HostConfig, "NanoCpus", nano_cpus, 0),
	JSON_STRING(HostConfig, "CgroupParent", cgroup_parent, 0),
	JSON_INT(HostConfig, "BlkioWeight", blkio_weight, 0),
	JSON_ARRAY(HostConfig, "BlkioWeightDevice", blkio_weight_device, n_blkio_weight_device, &weight_type, 0),
	JSON_ARRAY(HostConfig, "BlkioDeviceReadBps", blkio_read_bps, n_blkio_read_bps, &throttle_type, 0),
	JSON_ARRAY(HostConfig, "BlkioDeviceWriteBps", blkio_write_bps, n_blkio_write_bps, &throttle_type, 0),
	JSON_ARRAY(HostConfig, "BlkioDeviceReadIOps", blkio_read_iops, n_blkio_read_iops, &throttle_type, 0),
	JSON_ARRAY(HostConfig, "BlkioDeviceWriteIOps", blkio_write_iops, n_blkio_write_iops, &throttle_type, 0),
	JSON_INT(HostConfig, "CpuPeriod", cpu_period, 0),
	JSON_INT(HostConfig, "CpuQuota", cpu_quota, 0),
	JSON_INT(HostConfig, "CpuRealtimePeriod", cpu_rt_period, 0),
	JSON_INT(HostConfig, "CpuRealtimeRuntime", cpu_rt_runtime, 0),
	JSON_STRING(HostConfig, "CpusetCpus", cpuset_cpus, 0),
	JSON_STRING(HostConfig, "CpusetMems", cpuset_mems, 0),
	JSON_ARRAY(HostConfig, "Devices", devices, n_devices, &device_type, 0),
	JSON_STRV(HostConfig, "DeviceCgroupRules", device_cgroup_rules, JSON_NULL_EMPTY),
	JSON_RAW(HostConfig, "DeviceRequests", device_requests, 0),
	JSON_INT(HostConfig, "MemoryReservation", memory_reservation, 0),
	JSON_INT(HostConfig, "MemorySwap", memory_swap, 0),
	JSON_INT(HostConfig, "MemorySwappiness", memory_swappiness, JSON_NULL_NEGATIVE),
	JSON_BOOL(HostConfig, "OomKillDisable", oom_kill_disable, 0),
	JSON_INT(HostConfig, "PidsLimit", pids_limit, JSON_NULL_EMPTY | JSON_NULL_NEGATIVE),
	JSON_ARRAY(HostConfig, "Ulimits", ulimits, n_ulimits, &ulimit_type, 0),
	JSON_ARRAY(HostConfig, "Mounts", mounts, n_mounts, &mount_type, JSON_OMIT_EMPTY),
	JSON_STRV(HostConfig, "MaskedPaths", masked_paths, JSON_NULL_EMPTY),
	JSON_STRV(HostConfig, "ReadonlyPaths", readonly_paths, JSON_NULL_EMPTY),
	JSON_BOOL(HostConfig, "Unmasked", unmasked, JSON_OMIT_EMPTY),
	JSON_BOOL(HostConfig, "Init", init, JSON_OMIT_EMPTY),
	JSON_END,
};
const JsonType host_config_type = { "HostConfig", sizeof(HostConfig), host_config_fields };
/* clang-format on */

void host_config_init(HostConfig *host)
{
	*host = (HostConfig){ .memory_swappiness = -1 };
}

/*
 * container-config: what a container is, as Docker's API 1.45 describes it in the body of
 * `POST /containers/create`: Config, HostConfig, and what is ours under "Racker". The tables in
 * container-tables.c and host-config-tables.c name the keys; config.json, inspect and a later API
 * share them.
 *
 * Vectors are NULL-terminated; NULL means "not given". Sizes are bytes, times of Docker's health
 * checks nanoseconds, timeouts seconds. Begin with container_create_init(): a few members mean
 * "not given" by -1.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libcommon/json.h"
#include "librunner/network-config.h"

/* ---- Config ---- */

typedef struct Healthcheck {
	char **test; /* {"NONE"}, {"CMD", …}, {"CMD-SHELL", text}; NULL: the image's */
	int64_t interval, timeout, start_period,
		start_interval; /* nanoseconds; 0: Docker's default */
	int64_t retries; /* 0: 3 */
} Healthcheck;

typedef struct ContainerConfig {
	char *hostname, *domainname;
	char *user;
	bool attach_stdin, attach_stdout, attach_stderr;
	bool tty, open_stdin, stdin_once;
	char **exposed_ports; /* "80/tcp" */
	char **env;
	char **cmd;
	Healthcheck *healthcheck; /* NULL: the image's */
	char *image; /* as the user typed it */
	char **volumes; /* targets of anonymous volumes */
	char *working_dir;
	char **entrypoint; /* {""} resets the image's */
	char *mac_address; /* of the first endpoint, where that gives none */
	char **labels; /* NAME=value */
	char *stop_signal;
	int64_t stop_timeout; /* seconds; -1: not given (then 10) */
	char **shell;
} ContainerConfig;

/* ---- HostConfig ---- */

typedef struct LogConfig {
	char *type; /* "json-file" (default), "journald", "none" */
	char **config; /* NAME=value: max-size, max-file, labels, env, tag … */
} LogConfig;

typedef struct RestartPolicy {
	char *name; /* "no", "on-failure", "always", "unless-stopped" */
	int64_t maximum_retry_count;
} RestartPolicy;

typedef struct DeviceMapping {
	char *path_on_host, *path_in_container;
	char *cgroup_permissions; /* of "rwm" */
} DeviceMapping;

typedef struct ThrottleDevice {
	char *path;
	int64_t rate; /* bytes or operations per second */
} ThrottleDevice;

typedef struct WeightDevice {
	char *path;
	int64_t weight; /* 10 to 1000 */
} WeightDevice;

typedef struct Ulimit {
	char *name; /* "nofile" */
	int64_t hard, soft; /* -1: unlimited */
} Ulimit;

typedef struct BindOptions {
	char *propagation; /* "rprivate" (default), "private", "rshared" … */
	bool non_recursive, create_mountpoint, readonly_non_recursive, readonly_force_recursive;
} BindOptions;

typedef struct VolumeOptions {
	bool no_copy;
	char **labels;
	char *subpath;
	json_t *driver_config;
} VolumeOptions;

typedef struct TmpfsOptions {
	int64_t size_bytes; /* 0: half of the memory, as the kernel has it */
	int64_t mode; /* 0: 01777 */
} TmpfsOptions;

typedef struct ImageOptions {
	char *subpath;
} ImageOptions;

/* HostConfig.Mounts: `--mount`. */
typedef struct Mount {
	char *type; /* "bind", "volume", "tmpfs", "image" */
	char *source, *target;
	bool readonly;
	char *consistency;
	BindOptions *bind;
	VolumeOptions *volume;
	TmpfsOptions *tmpfs;
	ImageOptions *image;
} Mount;

typedef struct HostConfig {
	char **binds; /* "/host:/guest[:mode]" */
	char *container_id_file;
	LogConfig log;
	char *network_mode;
	json_t *port_bindings; /* {"80/tcp":[{"HostIp":"","HostPort":"8080"}]} */
	RestartPolicy restart;
	bool auto_remove;
	char *volume_driver; /* of volumes that -v makes; empty: "local" */
	char **volumes_from; /* "CONTAINER[:ro|rw]" */
	char **annotations; /* NAME=value */
	char **cap_add, **cap_drop; /* "NET_ADMIN", "CAP_NET_ADMIN" or "ALL" */
	char *cgroupns_mode; /* "private" or "host"; empty: private */
	char **dns, **dns_options, **dns_search;
	char **extra_hosts; /* "name:address" */
	char **group_add;
	char *ipc_mode; /* "", "private", "none", "shareable", "host", "container:X" */
	char **links;
	int64_t oom_score_adj;
	char *pid_mode; /* "", "host", "container:X" */
	bool privileged, publish_all_ports, readonly_rootfs;
	char **security_opt; /* "no-new-privileges", "seccomp=…" (a profile's JSON text) … */
	char **tmpfs; /* "/path=options" */
	char *uts_mode; /* "" or "host" */
	char *userns_mode; /* "" or "host" */
	int64_t shm_size; /* 0: 64 MiB */
	char **sysctls; /* NAME=value */
	char *runtime;
	/* Resources of Docker's API */
	int64_t cpu_shares, memory, nano_cpus; /* nano_cpus: CPUs * 10^9 */
	char *cgroup_parent;
	int64_t blkio_weight; /* 10 to 1000; 0: not given */
	WeightDevice *blkio_weight_device;
	size_t n_blkio_weight_device;
	ThrottleDevice *blkio_read_bps, *blkio_write_bps, *blkio_read_iops, *blkio_write_iops;
	size_t n_blkio_read_bps, n_blkio_write_bps, n_blkio_read_iops, n_blkio_write_iops;
	int64_t cpu_period, cpu_quota; /* microseconds */
	int64_t cpu_rt_period, cpu_rt_runtime; /* microseconds */
	char *cpuset_cpus, *cpuset_mems;
	DeviceMapping *devices;
	size_t n_devices;
	char **device_cgroup_rules; /* "c 1:3 rwm" */
	json_t *device_requests;
	int64_t memory_reservation;
	int64_t memory_swap; /* memory and swap together; -1: unlimited; 0: not given */
	int64_t memory_swappiness; /* 0 to 100; -1: not given */
	bool oom_kill_disable;
	int64_t pids_limit; /* 0 and below: none */
	Ulimit *ulimits;
	size_t n_ulimits;
	Mount *mounts;
	size_t n_mounts;
	char **masked_paths, **readonly_paths; /* NULL: Docker's default lists */
	bool unmasked; /* systempaths=unconfined: both lists are empty */
	bool init;
} HostConfig;

/* ---- what is ours ---- */

typedef enum { BOOT_AUTO, BOOT_ALWAYS, BOOT_NEVER } BootMode;
int boot_mode_parse(const char *text,
		    BootMode *ret); /* "auto", "always", "never" (and Go's booleans) */

typedef struct Hook {
	char *when; /* "pre-start", "post-start", "post-stop" */
	char *command; /* for `sh -c`, with the container's state as JSON on stdin */
} Hook;

/* A volume that is mounted, whatever named it: -v, --mount, the image, --volumes-from. */
typedef struct VolumeMount {
	char *name; /* of the volume */
	char *target; /* clean, in the container */
	bool anonymous; /* `rm -v` and --rm remove it, when no other container has it */
} VolumeMount;

typedef struct RackerConfig {
	bool boot; /* decided at creation */
	bool system; /* booted without a command: the system itself is the main process */
	char *machine; /* the machine's name */
	char **layers; /* short IDs, lowest first, prepared layer included */
	char *rootfs; /* absolute: this directory is the root, there are no layers */
	bool ephemeral; /* the upper directory is in memory */
	Mount *inherited; /* what --volumes-from took over when the container was created */
	size_t n_inherited;
	VolumeMount *volumes; /* found or made when the container was created */
	size_t n_volumes;
	char **mounted_images; /* IDs of the images that are mounted: they are in use */
	char *guest_unit; /* name of the command's unit in a booted guest; NULL: ours */
	int64_t timeout; /* seconds after which the container is stopped; 0: none */
	bool disabled; /* no policy and no `start` starts it */
	Hook *hooks;
	size_t n_hooks;
	char **config_files; /* absolute; read again at every start */
	char **flags; /* the run flags of the command line, as `--name=value`, kept with
			 config_files */
	char *detach_keys; /* unset: the client's */
} RackerConfig;

/* ---- state ---- */

typedef struct HealthResult {
	char *start, *end; /* RFC 3339 */
	int64_t exit_code;
	char *output; /* at most 4,096 bytes */
} HealthResult;

typedef struct HealthState {
	char *status; /* "none", "starting", "healthy", "unhealthy" */
	int64_t failing_streak;
	HealthResult *log; /* the last five */
	size_t n_log;
} HealthState;

typedef struct ContainerState {
	char *status; /* created, running, paused, restarting, removing, exited, dead: as Docker */
	int64_t pid; /* leader of the running container (its PID 1 seen from the host), 0 otherwise
		      */
	int64_t pid_start; /* its start time, field 22 of /proc/PID/stat */
	int64_t monitor_pid, monitor_start;
	int64_t exit_code;
	char *error;
	char *started_at, *finished_at; /* RFC 3339 with nanoseconds, UTC */
	bool oom_killed;
	int64_t restart_count;
	bool manually_stopped; /* by stop or kill: `unless-stopped` does not start it again */
	HealthState *health; /* NULL: no health check */
	char *boot_id; /* of the kernel that ran it */
	EndpointSettings *networks; /* those that it is in now */
	size_t n_networks;
	PortMapping *ports; /* those that are published now */
	size_t n_ports;
} ContainerState;

typedef struct Container {
	int64_t version; /* of the files' format */
	char *id, *name, *created, *image_id, *platform;
	/* What runs: path and arguments after merging with the image. An empty path is a booted
	 * system without a command: it is the main process itself, its log is its journal. */
	char *path;
	char **args;
	ContainerConfig config; /* merged with the image's */
	HostConfig host;
	NetworkingConfig networking; /* what was asked for; also by `network connect` */
	RackerConfig racker;
	ContainerState state;
	/* Its files cannot be read: there is an ID, a name, a state with the reason in `error`, and
	 * nothing else. Only lists have such ones. */
	bool broken;
} Container;

extern const JsonType healthcheck_type, container_config_type, host_config_type, mount_type,
	volume_mount_type, racker_config_type, container_type, container_state_type;

/* Zeroes it and sets what is -1 when it is not given. */
void container_config_init(ContainerConfig *config);
void host_config_init(HostConfig *host);

Container *container_free(Container *c);
DEFINE_CLEANUP(Container, container_free)
#define cleanup_container cleanup(container_freep)

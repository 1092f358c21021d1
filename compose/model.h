/*
 * model: a compose project as the engine needs it: every key in its canonical long form, relative
 * paths made absolute, defaults filled in, implicit dependencies written out, consistency checked.
 *
 * Vectors are NULL-terminated, NULL where the file says nothing. Maps of the file are arrays sorted
 * by key, whose elements' first member is the key. Sizes are bytes, durations nanoseconds. What the
 * file may leave open and Docker then decides is -1, where zero would mean something. The tables in
 * model-tables.c name the keys; `tree` members hold the same values as JSON, which `config` prints
 * and the configuration's hash is made of.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libcommon/json.h"

/* ---- parts of a service ---- */

typedef struct ServiceBuild {
	char *context, *dockerfile, *dockerfile_inline;
	char *target, *network;
	char **args; /* NAME=value, or NAME alone */
	char **labels; /* NAME=value */
	char **tags, **platforms, **cache_from, **cache_to;
	bool no_cache, pull, privileged;
} ServiceBuild;

typedef struct ServicePort {
	char *name; /* of the mapping, for people */
	char *mode; /* "ingress" or "host" */
	char *host_ip; /* NULL: all addresses */
	int64_t target; /* in the container */
	char *published; /* "8080", "8080-8090", or NULL: chosen by the system */
	char *protocol; /* "tcp", "udp", "sctp" */
	char *app_protocol;
} ServicePort;

typedef struct ServiceVolumeBind {
	char *selinux, *propagation, *recursive;
	bool create_host_path;
} ServiceVolumeBind;

typedef struct ServiceVolumeVolume {
	bool nocopy;
	char *subpath;
} ServiceVolumeVolume;

typedef struct ServiceVolumeTmpfs {
	int64_t size, mode;
} ServiceVolumeTmpfs;

typedef struct ServiceVolume {
	char *type; /* "bind", "volume", "tmpfs", "npipe", "cluster" */
	char *source; /* an absolute path, a key of Project.volumes, or NULL: anonymous */
	char *target;
	bool read_only;
	char *consistency;
	ServiceVolumeBind *bind;
	ServiceVolumeVolume *volume;
	ServiceVolumeTmpfs *tmpfs;
} ServiceVolume;

typedef struct ServiceNetwork {
	char *network; /* a key of Project.networks */
	int64_t priority, gw_priority; /* the highest is connected first */
	char **aliases;
	char *ipv4_address, *ipv6_address, *mac_address;
	char **link_local_ips;
	char **driver_opts; /* NAME=value */
} ServiceNetwork;

typedef struct ServiceDependency {
	char *service;
	char *condition; /* service_started, service_healthy, service_completed_successfully */
	bool restart; /* restart this service when that one is */
	bool required;
} ServiceDependency;

/* Of `secrets:` and `configs:`. */
typedef struct ServiceFile {
	char *source; /* a key of Project.secrets or Project.configs */
	char *target; /* NULL for a config: /SOURCE */
	char *uid, *gid;
	int64_t mode; /* -1: not given (0444) */
} ServiceFile;

typedef struct ServiceUlimit {
	char *name;
	int64_t soft, hard;
} ServiceUlimit;

typedef struct ServiceDevice {
	char *source, *target, *permissions;
} ServiceDevice;

typedef struct ServiceDeviceRequest {
	char **capabilities;
	char *driver;
	int64_t count; /* -1: all */
	char **device_ids;
	char **options; /* NAME=value */
} ServiceDeviceRequest;

typedef struct ServiceWeightDevice {
	char *path;
	int64_t weight;
} ServiceWeightDevice;

typedef struct ServiceThrottleDevice {
	char *path;
	int64_t rate; /* bytes or operations per second */
} ServiceThrottleDevice;

typedef struct ServiceBlkio {
	int64_t weight;
	ServiceWeightDevice *weight_device;
	ServiceThrottleDevice *read_bps, *read_iops, *write_bps, *write_iops;
	size_t n_weight_device, n_read_bps, n_read_iops, n_write_bps, n_write_iops;
} ServiceBlkio;

typedef struct ServiceHealthcheck {
	char **test; /* {"CMD", …}, {"CMD-SHELL", text}, {"NONE"}; NULL: the image's */
	int64_t interval, timeout, start_period, start_interval; /* 0: Docker's default */
	int64_t retries; /* 0: 3 */
	bool disable;
} ServiceHealthcheck;

typedef struct ServiceLogging {
	char *driver; /* NULL: the default one */
	char **options; /* NAME=value */
} ServiceLogging;

/* post_start, pre_stop */
typedef struct ServiceHook {
	char **command;
	char *user, *working_dir;
	bool privileged;
	char **environment; /* NAME=value */
} ServiceHook;

typedef struct ServiceWatch {
	char *path; /* absolute */
	char *action; /* sync, rebuild, restart, sync+restart, sync+exec */
	char *target;
	ServiceHook exec;
	char **ignore;
} ServiceWatch;

typedef struct ServiceDevelop {
	ServiceWatch *watch;
	size_t n_watch;
} ServiceDevelop;

typedef struct DeployResource {
	double cpus; /* compose_nano_cpus() makes Docker's number of it */
	int64_t memory, pids;
	ServiceDeviceRequest *devices;
	size_t n_devices;
} DeployResource;

typedef struct DeployResources {
	DeployResource *limits, *reservations;
} DeployResources;

typedef struct DeployRestartPolicy {
	char *condition; /* none, on-failure, any */
	int64_t delay, window;
	int64_t max_attempts; /* -1: not given */
} DeployRestartPolicy;

typedef struct ServiceDeploy {
	char *mode; /* replicated (default) or global */
	int64_t replicas; /* -1: not given */
	char **labels; /* of the service, not of its containers */
	DeployResources resources;
	DeployRestartPolicy *restart_policy;
	char *endpoint_mode;
} ServiceDeploy;

/* Ours: `x-racker`. */
typedef struct ServiceRacker {
	char *boot; /* always, auto, never; NULL: as everywhere */
	char **provision; /* lines for a shell in the container, run once when its root is made */
} ServiceRacker;

typedef struct Service {
	char *name;
	char **profiles;

	/* What runs. NULL is the image's, an empty vector resets the image's. */
	char *image; /* NULL: built, then named PROJECT-SERVICE */
	char **command, **entrypoint;
	char *user, *working_dir;
	/* NAME=value with env_file's lines merged in; NAME alone: has no value here, is not set. */
	char **environment;
	char **labels; /* NAME=value, those of label_file included */
	char **annotations; /* NAME=value */
	ServiceBuild *build;
	char *platform, *pull_policy; /* always, never, missing, build */
	char *container_name, *hostname, *domainname;
	int64_t scale; /* how many containers, from `scale` or `deploy.replicas`; never -1 */
	bool attach; /* to its output, as long as nobody says otherwise */
	bool tty, stdin_open, init, privileged, read_only;
	char *restart; /* "no", "always", "unless-stopped", "on-failure[:N]" */
	char *runtime;

	/* Life cycle */
	char *stop_signal;
	int64_t stop_grace_period; /* -1: not given */
	ServiceHealthcheck *healthcheck;
	ServiceLogging *logging;
	ServiceHook *post_start, *pre_stop;
	size_t n_post_start, n_pre_stop;
	ServiceDevelop *develop;
	ServiceDeploy *deploy;

	/* Other services */
	ServiceDependency *depends_on; /* the implicit ones included */
	size_t n_depends_on;
	char **links; /* "SERVICE[:ALIAS]" */
	char **external_links; /* "CONTAINER[:ALIAS]" */
	char **volumes_from; /* "SERVICE[:ro|rw]" or "container:NAME[:ro|rw]" */

	/* Files */
	ServiceVolume *volumes;
	ServiceFile *secrets, *configs;
	ServiceDevice *devices;
	ServiceDeviceRequest *gpus;
	size_t n_volumes, n_secrets, n_configs, n_devices, n_gpus;
	char **tmpfs; /* "/path[:options]" */
	char **storage_opt; /* NAME=value */

	/* Network */
	char *network_mode; /* NULL, none, host, bridge, "service:X", "container:X", a network */
	ServiceNetwork *networks;
	size_t n_networks;
	ServicePort *ports;
	size_t n_ports;
	char **expose;
	char **dns, **dns_opt, **dns_search;
	char **extra_hosts; /* "name=address" */
	char *mac_address;

	/* Isolation and privileges */
	char **cap_add, **cap_drop, **security_opt, **group_add;
	char *pid, *ipc, *uts, *cgroup, *cgroup_parent, *userns_mode;
	char **sysctls; /* NAME=value */
	char **device_cgroup_rules;

	/* Limits */
	double cpus; /* compose_nano_cpus() makes Docker's number of it */
	int64_t cpu_shares, cpu_period, cpu_quota, cpu_rt_period, cpu_rt_runtime; /* 0: none */
	char *cpuset;
	int64_t mem_limit, mem_reservation, memswap_limit; /* 0: not given */
	int64_t mem_swappiness; /* -1: not given */
	int64_t pids_limit, shm_size; /* 0: not given */
	int64_t oom_score_adj;
	bool oom_kill_disable;
	ServiceUlimit *ulimits;
	size_t n_ulimits;
	ServiceBlkio *blkio_config;

	ServiceRacker racker;
	json_t *tree;
} Service;

/* ---- top level ---- */

typedef struct ProjectIpamPool {
	char *subnet, *gateway, *ip_range;
	char **aux_addresses; /* NAME=value */
} ProjectIpamPool;

typedef struct ProjectIpam {
	char *driver;
	ProjectIpamPool *config;
	size_t n_config;
} ProjectIpam;

typedef struct ProjectNetwork {
	char *key;
	char *name; /* PROJECT_KEY unless the file names it */
	char *driver;
	char **driver_opts; /* NAME=value */
	ProjectIpam ipam;
	bool external, internal, attachable;
	bool enable_ipv4, enable_ipv6; /* IPv4 unless the file says otherwise */
	char **labels; /* NAME=value */
	json_t *tree;
} ProjectNetwork;

typedef struct ProjectVolume {
	char *key, *name, *driver;
	char **driver_opts, **labels; /* NAME=value */
	bool external;
	json_t *tree;
} ProjectVolume;

/* A secret or a config: exactly one of file, environment, content, unless it is external. */
typedef struct ProjectFile {
	char *key, *name;
	char *file; /* absolute */
	char *environment; /* name of the variable */
	/* The text: of `content` (configs) or of the variable. NULL where it is in `file`. */
	char *content;
	bool external;
	char **labels; /* NAME=value */
	char *driver, *template_driver;
	char **driver_opts; /* NAME=value */
	json_t *tree;
} ProjectFile;

typedef struct Project {
	char *name;
	char *working_dir; /* absolute */
	char **compose_files; /* absolute, in their order */
	char **environment; /* NAME=value: what interpolation sees */
	char **profiles; /* the active ones */
	Service *services; /* those of the active profiles */
	Service *disabled; /* the others */
	ProjectNetwork *networks;
	ProjectVolume *volumes;
	ProjectFile *secrets, *configs;
	size_t n_services, n_disabled, n_networks, n_volumes, n_secrets, n_configs;
	json_t *extensions; /* top-level x-*, or NULL */
} Project;

extern const JsonType compose_service_type, compose_network_type, compose_volume_type,
	compose_file_type;

/* ---- making it ---- */

typedef struct ComposeSource ComposeSource; /* load.h: the merged tree and where it is from */

typedef enum {
	COMPOSE_NO_NORMALIZE = 1 << 0, /* neither names, nor default networks, nor dependencies */
	COMPOSE_NO_CONSISTENCY = 1 << 1,
	COMPOSE_NO_ENVIRONMENT = 1 << 2, /* env_file is not read, and stays in the trees */
} ComposeModelFlags;

/* Checks the merged tree against the specification and makes the model of it. Errors name the place
 * `file:line:column: services.web.ports: …`, or have the words of Compose 2.26 where the file is
 * well-formed, but contradicts itself. `*ret` is zeroed first and is to be cleared in any case. */
int compose_model(const ComposeSource *source, unsigned flags, Project *ret, Error **err);
void project_clear(Project *project);

/* Enables the named services, whatever their profiles; those that they need come with them only if
 * their profiles are active (Compose's rule). `no such service: X` for what is not in the file. */
int project_enable(Project *project, char *const *services, Error **err);
/* Keeps the named services (all when there are none), with what they depend on if `dependencies`,
 * and drops dependencies on what is no longer there, then project_drop_unused(). */
int project_select(Project *project, char *const *services, bool dependencies, Error **err);
/* Drops networks, volumes, secrets and configs that no enabled service uses. */
void project_drop_unused(Project *project);

/* NULL when there is none (enabled). The others of a service's keys point into these. */
Service *project_service(const Project *project, const char *name);
ProjectNetwork *project_network(const Project *project, const char *key);
ProjectVolume *project_volume(const Project *project, const char *key);
ProjectFile *project_secret(const Project *project, const char *key);
ProjectFile *project_config(const Project *project, const char *key);

/* The image's name: `image`, or PROJECT-SERVICE for what is built. The caller frees it. */
char *service_image(const Project *project, const Service *service);
/* Docker's NanoCpus, rounded as Compose does. */
int64_t compose_nano_cpus(double cpus);

/* What `config` prints; the caller frees it. Dollars are doubled. */
char *project_yaml(const Project *project);
char *project_json(const Project *project);
/* The text whose SHA-256 is the label com.docker.compose.config-hash. The caller frees it. */
char *service_hash_text(const Service *service);

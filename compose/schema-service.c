/* schema-service: the keys of a service. */
#include "compose/schema-internal.h"

/* clang-format off */

static const char *const cgroup_words[] = { "host", "private", NULL };
static const char *const pull_words[] = { "always", "never", "if_not_present", "build", "missing", NULL };
static const char *const condition_words[] = { "service_started", "service_healthy",
					       "service_completed_successfully", NULL };
static const char *const gpu_words[] = { "all", NULL };

static const SchemaObject healthcheck = { (const SchemaKey[]){
	ROW("test", SCHEMA_TEST, STRING_OR_LIST),
	ROW("timeout", SCHEMA_DURATION, ACCEPT_STRING, .flags = SCHEMA_KEEP),
	ROW("interval", SCHEMA_DURATION, ACCEPT_STRING, .flags = SCHEMA_KEEP),
	ROW("retries", SCHEMA_INT, TEXT_OR_NUMBER, .flags = SCHEMA_KEEP),
	ROW("start_period", SCHEMA_DURATION, ACCEPT_STRING, .flags = SCHEMA_KEEP),
	ROW("start_interval", SCHEMA_DURATION, ACCEPT_STRING, .flags = SCHEMA_KEEP),
	BOOLEAN("disable"),
	END } };

static const SchemaObject logging = { (const SchemaKey[]){
	STRING("driver"),
	ROW("options", SCHEMA_MAPPING, ACCEPT_MAPPING | ACCEPT_VALUE_NUMBER | ACCEPT_VALUE_NULL),
	END } };

static const SchemaObject blkio_limit = { .no_extensions = true, .keys = (const SchemaKey[]){
	STRING("path", .flags = SCHEMA_ALWAYS | SCHEMA_CAPITAL),
	ROW("rate", SCHEMA_BYTES, TEXT_OR_INT, .flags = SCHEMA_ALWAYS | SCHEMA_CAPITAL),
	END } };

static const SchemaObject blkio_weight = { .no_extensions = true, .keys = (const SchemaKey[]){
	STRING("path", .flags = SCHEMA_ALWAYS | SCHEMA_CAPITAL),
	ROW("weight", SCHEMA_INT, TEXT_OR_INT, .flags = SCHEMA_ALWAYS | SCHEMA_CAPITAL),
	END } };

static const SchemaObject blkio = { .no_extensions = true, .keys = (const SchemaKey[]){
	ROW("weight", SCHEMA_INT, TEXT_OR_INT),
	ROW("weight_device", SCHEMA_LIST, LIST_OF_OBJECTS, .sub = &blkio_weight),
	ROW("device_read_bps", SCHEMA_LIST, LIST_OF_OBJECTS, .sub = &blkio_limit),
	ROW("device_read_iops", SCHEMA_LIST, LIST_OF_OBJECTS, .sub = &blkio_limit),
	ROW("device_write_bps", SCHEMA_LIST, LIST_OF_OBJECTS, .sub = &blkio_limit),
	ROW("device_write_iops", SCHEMA_LIST, LIST_OF_OBJECTS, .sub = &blkio_limit),
	END } };

static const SchemaObject credential_spec = { (const SchemaKey[]){
	STRING("config"),
	STRING("file"),
	STRING("registry"),
	END } };

static const SchemaObject dependency = { (const SchemaKey[]){
	STRING("condition", .flags = SCHEMA_REQUIRED, .words = condition_words),
	BOOLEAN("restart"),
	ROW("required", SCHEMA_BOOL, ACCEPT_BOOL, .flags = SCHEMA_ALWAYS),
	END } };

static const SchemaObject device = { (const SchemaKey[]){
	STRING("source", .flags = SCHEMA_REQUIRED),
	STRING("target"),
	STRING("permissions"),
	END } };

static const SchemaObject env_file = { .no_extensions = true, .keys = (const SchemaKey[]){
	STRING("path", .flags = SCHEMA_REQUIRED),
	BOOLEAN("required", .flags = SCHEMA_ALWAYS),
	STRING("format"),
	END } };

static const SchemaObject extends = { .no_extensions = true, .keys = (const SchemaKey[]){
	STRING("file"),
	STRING("service", .flags = SCHEMA_REQUIRED),
	END } };

static const SchemaObject gpu = { .hides_extensions = true, .keys = (const SchemaKey[]){
	ROW("capabilities", SCHEMA_STRINGS, LIST_OF_STRINGS, .flags = SCHEMA_UNIQUE),
	STRING("driver"),
	ROW("count", SCHEMA_COUNT, TEXT_OR_INT),
	ROW("device_ids", SCHEMA_STRINGS, LIST_OF_STRINGS, .flags = SCHEMA_UNIQUE),
	ROW("options", SCHEMA_MAPPING, LIST_OR_DICT),
	END } };

static const SchemaObject service_network = { (const SchemaKey[]){
	ROW("priority", SCHEMA_INT, ACCEPT_NUMBER),
	ROW("gw_priority", SCHEMA_INT, ACCEPT_NUMBER),
	ROW("aliases", SCHEMA_STRINGS, LIST_OF_STRINGS, .flags = SCHEMA_UNIQUE),
	STRING("ipv4_address"),
	STRING("ipv6_address"),
	ROW("link_local_ips", SCHEMA_STRINGS, LIST_OF_STRINGS, .flags = SCHEMA_UNIQUE),
	STRING("mac_address"),
	ROW("driver_opts", SCHEMA_MAPPING, DICT_OF_NUMBERS),
	STRING("interface_name", .flags = SCHEMA_NEWER),
	END } };

static const SchemaObject port = { (const SchemaKey[]){
	STRING("name"),
	STRING("mode"),
	STRING("host_ip"),
	ROW("target", SCHEMA_INT, TEXT_OR_INT),
	ROW("published", SCHEMA_STRING, TEXT_OR_INT),
	STRING("protocol"),
	STRING("app_protocol"),
	END } };

static const char *const recursive_words[] = { "enabled", "disabled", "writable", "readonly", NULL };
static const char *const selinux_words[] = { "z", "Z", NULL };

static const SchemaObject volume_bind = { (const SchemaKey[]){
	STRING("selinux", .words = selinux_words),
	STRING("propagation"),
	BOOLEAN("create_host_path"),
	STRING("recursive", .words = recursive_words),
	END } };

static const SchemaObject volume_volume = { (const SchemaKey[]){
	BOOLEAN("nocopy"),
	STRING("subpath"),
	STRING("labels", .flags = SCHEMA_NEWER),
	END } };

static const SchemaObject volume_tmpfs = { (const SchemaKey[]){
	ROW("size", SCHEMA_BYTES, TEXT_OR_INT, .min = 0, .max = LONG_MAX),
	ROW("mode", SCHEMA_INT, TEXT_OR_NUMBER),
	END } };

static const SchemaObject volume_mount = { (const SchemaKey[]){
	STRING("type", .flags = SCHEMA_REQUIRED),
	STRING("source"),
	STRING("target"),
	BOOLEAN("read_only"),
	STRING("consistency"),
	OBJECT("bind", &volume_bind),
	OBJECT("volume", &volume_volume),
	OBJECT("tmpfs", &volume_tmpfs),
	STRING("image", .flags = SCHEMA_NEWER),
	END } };

const SchemaObject schema_service = { (const SchemaKey[]){
	ROW("profiles", SCHEMA_STRINGS, LIST_OF_STRINGS, .flags = SCHEMA_UNIQUE),
	ROW("annotations", SCHEMA_MAPPING, LIST_OR_DICT),
	BOOLEAN("attach", .flags = SCHEMA_KEEP),
	ROW("build", SCHEMA_OBJECT, ACCEPT_MAPPING | ACCEPT_STRING, .sub = &schema_build),
	ROW("develop", SCHEMA_OBJECT, ACCEPT_MAPPING | ACCEPT_NULL, .sub = &schema_develop),
	OBJECT("blkio_config", &blkio),
	ROW("cap_add", SCHEMA_STRINGS, LIST_OF_STRINGS, .flags = SCHEMA_UNIQUE),
	ROW("cap_drop", SCHEMA_STRINGS, LIST_OF_STRINGS, .flags = SCHEMA_UNIQUE),
	STRING("cgroup_parent"),
	STRING("cgroup", .words = cgroup_words),
	ROW("cpu_count", SCHEMA_INT, TEXT_OR_INT, .min = 0, .max = LONG_MAX),
	ROW("cpu_percent", SCHEMA_FLOAT, TEXT_OR_INT, .min = 0, .max = 100),
	ROW("cpu_period", SCHEMA_INT, TEXT_OR_NUMBER),
	ROW("cpu_quota", SCHEMA_INT, TEXT_OR_NUMBER),
	ROW("cpu_rt_period", SCHEMA_INT, TEXT_OR_NUMBER),
	ROW("cpu_rt_runtime", SCHEMA_INT, TEXT_OR_NUMBER),
	ROW("cpus", SCHEMA_FLOAT, TEXT_OR_NUMBER),
	STRING("cpuset"),
	ROW("cpu_shares", SCHEMA_INT, TEXT_OR_NUMBER),
	ROW("command", SCHEMA_COMMAND, COMMAND, .flags = SCHEMA_KEEP | SCHEMA_JSON_ALWAYS),
	ROW("configs", SCHEMA_LIST, LIST_OF_OBJECTS | ACCEPT_ITEM_STRING, .sub = &schema_file_mount),
	STRING("container_name"),
	OBJECT("credential_spec", &credential_spec, .flags = SCHEMA_MEANINGLESS),
	ROW("depends_on", SCHEMA_MAP, LIST_OF_STRINGS | ACCEPT_MAPPING, .sub = &dependency, .flags = SCHEMA_UNIQUE),
	ROW("deploy", SCHEMA_OBJECT, ACCEPT_MAPPING | ACCEPT_NULL, .sub = &schema_deploy),
	ROW("device_cgroup_rules", SCHEMA_STRINGS, LIST_OF_STRINGS, .flags = SCHEMA_UNIQUE),
	ROW("devices", SCHEMA_LIST, LIST_OF_OBJECTS | ACCEPT_ITEM_STRING, .sub = &device),
	ROW("dns", SCHEMA_STRINGS, STRING_OR_LIST, .flags = SCHEMA_UNIQUE),
	ROW("dns_opt", SCHEMA_STRINGS, LIST_OF_STRINGS, .flags = SCHEMA_UNIQUE),
	ROW("dns_search", SCHEMA_STRINGS, STRING_OR_LIST, .flags = SCHEMA_UNIQUE),
	STRING("domainname"),
	ROW("entrypoint", SCHEMA_COMMAND, COMMAND, .flags = SCHEMA_KEEP | SCHEMA_JSON_ALWAYS),
	ROW("environment", SCHEMA_ENV, LIST_OR_DICT, .flags = SCHEMA_UNIQUE),
	ROW("env_file", SCHEMA_LIST, ACCEPT_STRING | LIST_OF_OBJECTS | ACCEPT_ITEM_STRING, .sub = &env_file),
	ROW("expose", SCHEMA_STRINGS, LIST_OF_STRINGS | ACCEPT_ITEM_NUMBER, .flags = SCHEMA_UNIQUE),
	ROW("extends", SCHEMA_OBJECT, ACCEPT_MAPPING | ACCEPT_STRING, .sub = &extends),
	ROW("external_links", SCHEMA_STRINGS, LIST_OF_STRINGS, .flags = SCHEMA_UNIQUE),
	ROW("extra_hosts", SCHEMA_HOSTS, LIST_OF_STRINGS | ACCEPT_MAPPING | ACCEPT_VALUE_LIST, .flags = SCHEMA_UNIQUE),
	ROW("group_add", SCHEMA_STRINGS, LIST_OF_STRINGS | ACCEPT_ITEM_NUMBER, .flags = SCHEMA_UNIQUE),
	ROW("gpus", SCHEMA_LIST, ACCEPT_STRING | LIST_OF_OBJECTS, .sub = &gpu, .words = gpu_words),
	STRING("hostname"),
	OBJECT("healthcheck", &healthcheck),
	STRING("image"),
	BOOLEAN("init", .flags = SCHEMA_KEEP),
	STRING("ipc"),
	STRING("isolation", .flags = SCHEMA_MEANINGLESS),
	ROW("labels", SCHEMA_MAPPING, LIST_OR_DICT, .flags = SCHEMA_UNIQUE),
	ROW("label_file", SCHEMA_STRINGS, STRING_OR_LIST),
	ROW("links", SCHEMA_STRINGS, LIST_OF_STRINGS, .flags = SCHEMA_UNIQUE),
	OBJECT("logging", &logging),
	ROW("mem_limit", SCHEMA_BYTES, TEXT_OR_NUMBER),
	ROW("mem_reservation", SCHEMA_BYTES, TEXT_OR_INT),
	ROW("memswap_limit", SCHEMA_BYTES, TEXT_OR_NUMBER),
	ROW("mem_swappiness", SCHEMA_BYTES, TEXT_OR_INT),
	STRING("mac_address"),
	STRING("network_mode"),
	ROW("networks", SCHEMA_MAP, LIST_OF_STRINGS | ACCEPT_MAPPING | ACCEPT_VALUE_NULL, .sub = &service_network,
	    .flags = SCHEMA_UNIQUE),
	BOOLEAN("oom_kill_disable"),
	ROW("oom_score_adj", SCHEMA_INT, TEXT_OR_INT, .min = -1000, .max = 1000),
	ROW("pid", SCHEMA_STRING, ACCEPT_STRING | ACCEPT_NULL),
	ROW("pids_limit", SCHEMA_INT, TEXT_OR_NUMBER),
	STRING("platform"),
	ROW("ports", SCHEMA_LIST, LIST_OF_OBJECTS | ACCEPT_ITEM_STRING | ACCEPT_ITEM_NUMBER, .sub = &port,
	    .flags = SCHEMA_UNIQUE),
	BOOLEAN("privileged"),
	STRING("pull_policy", .words = pull_words),
	BOOLEAN("read_only"),
	STRING("restart"),
	STRING("runtime"),
	ROW("scale", SCHEMA_INT, TEXT_OR_INT, .flags = SCHEMA_KEEP),
	ROW("secrets", SCHEMA_LIST, LIST_OF_OBJECTS | ACCEPT_ITEM_STRING, .sub = &schema_file_mount),
	ROW("security_opt", SCHEMA_STRINGS, LIST_OF_STRINGS, .flags = SCHEMA_UNIQUE),
	ROW("shm_size", SCHEMA_BYTES, TEXT_OR_NUMBER),
	BOOLEAN("stdin_open"),
	ROW("stop_grace_period", SCHEMA_DURATION, ACCEPT_STRING, .flags = SCHEMA_KEEP),
	STRING("stop_signal"),
	ROW("storage_opt", SCHEMA_MAPPING, ACCEPT_MAPPING | ACCEPT_VALUE_ANY),
	ROW("sysctls", SCHEMA_MAPPING, LIST_OR_DICT, .flags = SCHEMA_UNIQUE),
	ROW("tmpfs", SCHEMA_STRINGS, STRING_OR_LIST, .flags = SCHEMA_UNIQUE),
	BOOLEAN("tty"),
	ROW("ulimits", SCHEMA_MAP, ACCEPT_MAPPING | ACCEPT_VALUE_INTEGER, .sub = &schema_ulimit,
	    .flags = SCHEMA_LOWER_KEYS),
	STRING("user"),
	STRING("userns_mode"),
	STRING("uts"),
	ROW("volumes", SCHEMA_LIST, LIST_OF_OBJECTS | ACCEPT_ITEM_STRING, .sub = &volume_mount,
	    .flags = SCHEMA_UNIQUE),
	ROW("volumes_from", SCHEMA_STRINGS, LIST_OF_STRINGS, .flags = SCHEMA_UNIQUE),
	STRING("working_dir"),
	ROW("post_start", SCHEMA_LIST, LIST_OF_OBJECTS, .sub = &schema_hook),
	ROW("pre_stop", SCHEMA_LIST, LIST_OF_OBJECTS, .sub = &schema_hook),
	STRING("models", .flags = SCHEMA_NEWER),
	STRING("provider", .flags = SCHEMA_NEWER),
	STRING("use_api_socket", .flags = SCHEMA_NEWER),
	STRING("pre_start", .flags = SCHEMA_NEWER),
	STRING("pull_refresh_after", .flags = SCHEMA_NEWER),
	END } };

const SchemaObject schema_hook = { (const SchemaKey[]){
	ROW("command", SCHEMA_COMMAND, COMMAND, .flags = SCHEMA_KEEP | SCHEMA_JSON_ALWAYS),
	STRING("user"),
	BOOLEAN("privileged"),
	STRING("working_dir"),
	ROW("environment", SCHEMA_ENV, LIST_OR_DICT, .flags = SCHEMA_UNIQUE),
	END } };

const SchemaObject schema_file_mount = { (const SchemaKey[]){
	STRING("source"),
	STRING("target"),
	STRING("uid"),
	STRING("gid"),
	ROW("mode", SCHEMA_INT, TEXT_OR_NUMBER, .flags = SCHEMA_KEEP),
	END } };

const SchemaObject schema_ulimit = { (const SchemaKey[]){
	ROW("single", SCHEMA_INT, 0, .flags = SCHEMA_UNPRINTED),
	ROW("soft", SCHEMA_INT, TEXT_OR_INT, .flags = SCHEMA_REQUIRED | SCHEMA_YAML_ALWAYS),
	ROW("hard", SCHEMA_INT, TEXT_OR_INT, .flags = SCHEMA_REQUIRED | SCHEMA_YAML_ALWAYS),
	END } };

const SchemaObject schema_device_request = { .hides_extensions = true, .keys = (const SchemaKey[]){
	ROW("capabilities", SCHEMA_STRINGS, LIST_OF_STRINGS, .flags = SCHEMA_UNIQUE | SCHEMA_REQUIRED),
	STRING("driver"),
	ROW("count", SCHEMA_COUNT, TEXT_OR_INT),
	ROW("device_ids", SCHEMA_STRINGS, LIST_OF_STRINGS, .flags = SCHEMA_UNIQUE),
	ROW("options", SCHEMA_MAPPING, LIST_OR_DICT),
	END } };
/* clang-format on */

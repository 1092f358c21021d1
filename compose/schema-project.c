/* schema-project: the keys of the top level, and of build, deploy and develop. */
#include "compose/schema-internal.h"

/* clang-format off */

/* ---- build ---- */

const SchemaObject schema_build = { (const SchemaKey[]){
	STRING("context"),
	STRING("dockerfile"),
	STRING("dockerfile_inline"),
	ROW("entitlements", SCHEMA_STRINGS, LIST_OF_STRINGS),
	ROW("args", SCHEMA_ENV, LIST_OR_DICT, .flags = SCHEMA_UNIQUE),
	ROW("ssh", SCHEMA_SSH, LIST_OR_DICT, .flags = SCHEMA_UNIQUE),
	ROW("labels", SCHEMA_MAPPING, LIST_OR_DICT, .flags = SCHEMA_UNIQUE),
	ROW("cache_from", SCHEMA_STRINGS, LIST_OF_STRINGS),
	ROW("cache_to", SCHEMA_STRINGS, LIST_OF_STRINGS),
	BOOLEAN("no_cache"),
	ROW("additional_contexts", SCHEMA_MAPPING, LIST_OR_DICT, .flags = SCHEMA_UNIQUE),
	BOOLEAN("pull"),
	ROW("extra_hosts", SCHEMA_HOSTS, LIST_OF_STRINGS | ACCEPT_MAPPING | ACCEPT_VALUE_LIST, .flags = SCHEMA_UNIQUE),
	STRING("isolation", .flags = SCHEMA_MEANINGLESS),
	STRING("network"),
	STRING("target"),
	ROW("secrets", SCHEMA_LIST, LIST_OF_OBJECTS | ACCEPT_ITEM_STRING, .sub = &schema_file_mount),
	ROW("shm_size", SCHEMA_BYTES, TEXT_OR_INT),
	ROW("tags", SCHEMA_STRINGS, LIST_OF_STRINGS),
	ROW("ulimits", SCHEMA_MAP, ACCEPT_MAPPING | ACCEPT_VALUE_INTEGER, .sub = &schema_ulimit,
	    .flags = SCHEMA_LOWER_KEYS),
	ROW("platforms", SCHEMA_STRINGS, LIST_OF_STRINGS),
	BOOLEAN("privileged"),
	STRING("provenance", .flags = SCHEMA_NEWER),
	STRING("sbom", .flags = SCHEMA_NEWER),
	STRING("no_cache_filter", .flags = SCHEMA_NEWER),
	END } };

/* ---- deploy ---- */

static const char *const order_words[] = { "start-first", "stop-first", NULL };

static const SchemaObject update_config = { (const SchemaKey[]){
	ROW("parallelism", SCHEMA_INT, TEXT_OR_INT, .flags = SCHEMA_KEEP),
	ROW("delay", SCHEMA_DURATION, ACCEPT_STRING),
	STRING("failure_action"),
	ROW("monitor", SCHEMA_DURATION, ACCEPT_STRING),
	ROW("max_failure_ratio", SCHEMA_FLOAT, TEXT_OR_NUMBER),
	STRING("order", .words = order_words),
	END } };

static const SchemaObject limits = { (const SchemaKey[]){
	ROW("cpus", SCHEMA_FLOAT, TEXT_OR_NUMBER),
	ROW("memory", SCHEMA_BYTES, ACCEPT_STRING),
	ROW("pids", SCHEMA_INT, TEXT_OR_INT),
	END } };

static const SchemaObject discrete_resource = { (const SchemaKey[]){
	STRING("kind", .flags = SCHEMA_ALWAYS),
	ROW("value", SCHEMA_INT, TEXT_OR_NUMBER, .flags = SCHEMA_ALWAYS),
	END } };

static const SchemaObject generic_resource = { (const SchemaKey[]){
	OBJECT("discrete_resource_spec", &discrete_resource),
	END } };

static const SchemaObject reservations = { (const SchemaKey[]){
	ROW("cpus", SCHEMA_FLOAT, TEXT_OR_NUMBER),
	ROW("memory", SCHEMA_BYTES, ACCEPT_STRING),
	ROW("devices", SCHEMA_LIST, LIST_OF_OBJECTS, .sub = &schema_device_request),
	ROW("generic_resources", SCHEMA_LIST, LIST_OF_OBJECTS, .sub = &generic_resource),
	END } };

static const SchemaObject resources = { (const SchemaKey[]){
	OBJECT("limits", &limits),
	OBJECT("reservations", &reservations),
	END } };

static const SchemaObject restart_policy = { (const SchemaKey[]){
	STRING("condition"),
	ROW("delay", SCHEMA_DURATION, ACCEPT_STRING, .flags = SCHEMA_KEEP),
	ROW("max_attempts", SCHEMA_INT, TEXT_OR_INT, .flags = SCHEMA_KEEP),
	ROW("window", SCHEMA_DURATION, ACCEPT_STRING, .flags = SCHEMA_KEEP),
	END } };

static const SchemaObject preference = { (const SchemaKey[]){
	STRING("spread"),
	END } };

static const SchemaObject placement = { (const SchemaKey[]){
	ROW("constraints", SCHEMA_STRINGS, LIST_OF_STRINGS),
	ROW("preferences", SCHEMA_LIST, LIST_OF_OBJECTS, .sub = &preference),
	ROW("max_replicas_per_node", SCHEMA_INT, TEXT_OR_INT),
	END } };

const SchemaObject schema_deploy = { (const SchemaKey[]){
	STRING("mode"),
	ROW("replicas", SCHEMA_INT, TEXT_OR_INT, .flags = SCHEMA_KEEP),
	ROW("labels", SCHEMA_MAPPING, LIST_OR_DICT, .flags = SCHEMA_UNIQUE),
	OBJECT("update_config", &update_config),
	OBJECT("rollback_config", &update_config),
	OBJECT("resources", &resources, .flags = SCHEMA_JSON_ALWAYS | SCHEMA_EMBEDDED),
	OBJECT("restart_policy", &restart_policy),
	OBJECT("placement", &placement,
	       .flags = SCHEMA_JSON_ALWAYS | SCHEMA_EMBEDDED | SCHEMA_MEANINGLESS),
	STRING("endpoint_mode"),
	END } };

/* ---- develop ---- */

static const char *const action_words[] = { "rebuild", "sync", "restart", "sync+restart", "sync+exec", NULL };

static const SchemaObject watch = { (const SchemaKey[]){
	STRING("path", .flags = SCHEMA_REQUIRED | SCHEMA_ALWAYS),
	STRING("action", .flags = SCHEMA_REQUIRED | SCHEMA_ALWAYS, .words = action_words),
	STRING("target"),
	OBJECT("exec", &schema_hook, .flags = SCHEMA_JSON_ALWAYS | SCHEMA_EMBEDDED),
	ROW("ignore", SCHEMA_STRINGS, LIST_OF_STRINGS),
	STRING("include", .flags = SCHEMA_NEWER),
	STRING("initial_sync", .flags = SCHEMA_NEWER),
	END } };

const SchemaObject schema_develop = { (const SchemaKey[]){
	ROW("watch", SCHEMA_LIST, LIST_OF_OBJECTS, .sub = &watch),
	END } };

/* ---- networks, volumes, secrets, configs ---- */

static const SchemaObject external = { (const SchemaKey[]){
	STRING("name"),
	END } };

#define EXTERNAL(...)                                                                          \
	ROW("external", SCHEMA_BOOL, TEXT_OR_BOOL | ACCEPT_MAPPING, .sub = &external, ##__VA_ARGS__)
#define LABELS ROW("labels", SCHEMA_MAPPING, LIST_OR_DICT, .flags = SCHEMA_UNIQUE)

static const SchemaObject pool = { .hides_extensions = true, .keys = (const SchemaKey[]){
	STRING("subnet"),
	STRING("gateway"),
	STRING("ip_range"),
	ROW("aux_addresses", SCHEMA_MAPPING, ACCEPT_MAPPING),
	END } };

static const SchemaObject ipam = { (const SchemaKey[]){
	STRING("driver"),
	ROW("config", SCHEMA_LIST, LIST_OF_OBJECTS, .sub = &pool),
	ROW("options", SCHEMA_MAPPING, ACCEPT_MAPPING, .flags = SCHEMA_UNPRINTED),
	END } };

const SchemaObject schema_network = { (const SchemaKey[]){
	STRING("name"),
	STRING("driver"),
	ROW("driver_opts", SCHEMA_MAPPING, DICT_OF_NUMBERS),
	OBJECT("ipam", &ipam, .flags = SCHEMA_JSON_ALWAYS | SCHEMA_EMBEDDED),
	EXTERNAL(),
	BOOLEAN("internal"),
	BOOLEAN("attachable"),
	LABELS,
	BOOLEAN("enable_ipv4", .flags = SCHEMA_KEEP),
	BOOLEAN("enable_ipv6", .flags = SCHEMA_KEEP),
	END } };

const SchemaObject schema_volume = { (const SchemaKey[]){
	STRING("name"),
	STRING("driver"),
	ROW("driver_opts", SCHEMA_MAPPING, DICT_OF_NUMBERS),
	EXTERNAL(),
	LABELS,
	END } };

const SchemaObject schema_secret = { (const SchemaKey[]){
	STRING("name"),
	STRING("file"),
	STRING("environment"),
	ROW("content", SCHEMA_STRING, 0, .flags = SCHEMA_UNPRINTED),
	EXTERNAL(),
	LABELS,
	STRING("driver"),
	ROW("driver_opts", SCHEMA_MAPPING, DICT_OF_NUMBERS),
	STRING("template_driver"),
	END } };

const SchemaObject schema_config = { (const SchemaKey[]){
	STRING("name"),
	STRING("file"),
	STRING("environment"),
	STRING("content"),
	EXTERNAL(),
	LABELS,
	STRING("template_driver"),
	END } };

static const SchemaObject include = { .no_extensions = true, .keys = (const SchemaKey[]){
	ROW("path", SCHEMA_STRINGS, STRING_OR_LIST, .flags = SCHEMA_UNIQUE),
	ROW("env_file", SCHEMA_STRINGS, STRING_OR_LIST, .flags = SCHEMA_UNIQUE),
	STRING("project_directory"),
	END } };

#define ENTRIES(key, fsub, faccept, ...) \
	ROW(key, SCHEMA_MAP, ACCEPT_MAPPING | (faccept), .sub = (fsub), ##__VA_ARGS__)

const SchemaObject schema_project = { (const SchemaKey[]){
	STRING("name"),
	STRING("version", .flags = SCHEMA_UNPRINTED),
	ENTRIES("services", &schema_service, 0, .flags = SCHEMA_ALWAYS),
	ENTRIES("networks", &schema_network, ACCEPT_VALUE_NULL, .flags = SCHEMA_FREE_KEYS),
	ENTRIES("volumes", &schema_volume, ACCEPT_VALUE_NULL),
	ENTRIES("secrets", &schema_secret, 0),
	ENTRIES("configs", &schema_config, 0),
	ROW("include", SCHEMA_LIST, LIST_OF_OBJECTS | ACCEPT_ITEM_STRING, .sub = &include,
	    .flags = SCHEMA_UNPRINTED),
	STRING("models", .flags = SCHEMA_NEWER),
	END } };
/* clang-format on */

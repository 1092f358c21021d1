/* inspect-config: Config, HostConfig and State as inspect shows them. */
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/inspect-internal.h"

/* What Docker has besides, at its place: nothing here ever sets it. */
static const InspectExtra host_extra[] = {
	{ "VolumesFrom", "ConsoleSize", "[0,0]" },
	{ "IpcMode", "Cgroup", "\"\"" },
	{ "Runtime", "Isolation", "\"\"" },
	{ "Ulimits", "CpuCount", "0" },
	{ "CpuCount", "CpuPercent", "0" },
	{ "CpuPercent", "IOMaximumIOps", "0" },
	{ "IOMaximumIOps", "IOMaximumBandwidth", "0" },
	{ .key = NULL },
};

static const InspectExtra config_extra[] = {
	{ "Entrypoint", "OnBuild", "null" },
	{ .key = NULL },
};

/* What the engine takes where the user said nothing, as JSON text. */
static const struct {
	const char *key, *value;
} host_defaults[] = {
	{ "PortBindings", "{}" },  { "CgroupnsMode", "\"private\"" }, { "IpcMode", "\"private\"" },
	{ "ShmSize", "67108864" }, { "Runtime", "\"nspawn\"" },
};

static bool is_unset(const json_t *value)
{
	return json_is_null(value) || (json_is_string(value) && !json_string_length(value)) ||
	       (json_is_integer(value) && json_integer_value(value) == 0);
}

static void set_default(json_t *object, const char *key, const char *text)
{
	if (is_unset(json_object_get(object, key)))
		(void)json_object_set_new(object, key, json_constant(text));
}

/* Docker's lists, which hold where the container has none of its own and is not privileged. */
static const char masked_paths[] =
	"[\"/proc/asound\", \"/proc/acpi\", \"/proc/kcore\", \"/proc/keys\","
	" \"/proc/latency_stats\", \"/proc/timer_list\", \"/proc/timer_stats\","
	" \"/proc/sched_debug\", \"/proc/scsi\", \"/sys/firmware\","
	" \"/sys/devices/virtual/powercap\"]";
static const char readonly_paths[] = "[\"/proc/bus\", \"/proc/fs\", \"/proc/irq\", \"/proc/sys\","
				     " \"/proc/sysrq-trigger\"]";

static void set_paths(const Container *c, json_t *host)
{
	bool unmasked = c->host.unmasked;

	/* A booted system mounts and masks by itself. */
	if (!unmasked && (c->host.privileged || c->racker.boot))
		return;
	set_default(host, "MaskedPaths", unmasked ? "[]" : masked_paths);
	set_default(host, "ReadonlyPaths", unmasked ? "[]" : readonly_paths);
}

json_t *inspect_host_config(const Container *c)
{
	json_t *host = json_encode(&host_config_type, &c->host);

	for (size_t i = 0; i < sizeof(host_defaults) / sizeof(host_defaults[0]); i++)
		set_default(host, host_defaults[i].key, host_defaults[i].value);
	set_default(json_object_get(host, "LogConfig"), "Type", "\"json-file\"");
	set_default(json_object_get(host, "RestartPolicy"), "Name", "\"no\"");
	set_paths(c, host);
	(void)json_object_del(host, "Unmasked");
	return inspect_add_keys(host, host_extra);
}

json_t *inspect_config(const ContainerConfig *config)
{
	return inspect_add_keys(json_encode(&container_config_type, config), config_extra);
}

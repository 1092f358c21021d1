/* template-struct: objects of Docker's API that are structs there, so that `{{.Mounts}}` prints
 * what people know. JSON does not tell structs from maps: a struct is known by its keys. */
#include "libcommon/alloc.h"
#include "libcommon/cli/template-internal.h"
#include "libcommon/units.h"

#define MAX_FIELDS 12

typedef enum {
	GO_STRING,
	GO_NUMBER,
	GO_BOOL,
	GO_LIST,
	GO_MAP,
	GO_POINTER,
	GO_DURATION,
} GoKind;

typedef struct GoStruct {
	const char *keys[3]; /* which tell it */
	struct GoField {
		const char *name;
		GoKind kind;
	} fields[MAX_FIELDS + 1];
} GoStruct;

/* clang-format off */
static const GoStruct structs[] = {
	{ { "Test" },
	  { { "Test", GO_LIST }, { "Interval", GO_DURATION }, { "Timeout", GO_DURATION }, { "StartPeriod", GO_DURATION },
	    { "StartInterval", GO_DURATION }, { "Retries", GO_NUMBER } } },
	{ { "Type", "Destination", "RW" },
	  { { "Type", GO_STRING }, { "Name", GO_STRING }, { "Source", GO_STRING }, { "Destination", GO_STRING },
	    { "Driver", GO_STRING }, { "Mode", GO_STRING }, { "RW", GO_BOOL }, { "Propagation", GO_STRING } } },
	{ { "Name", "MaximumRetryCount" }, { { "Name", GO_STRING }, { "MaximumRetryCount", GO_NUMBER } } },
	{ { "HostIp", "HostPort" }, { { "HostIp", GO_STRING }, { "HostPort", GO_STRING } } },
	{ { "PathOnHost", "PathInContainer" },
	  { { "PathOnHost", GO_STRING }, { "PathInContainer", GO_STRING }, { "CgroupPermissions", GO_STRING } } },
	{ { "Data", "Name" }, { { "Data", GO_MAP }, { "Name", GO_STRING } } },
	{ { "Status", "Running", "OOMKilled" },
	  { { "Status", GO_STRING }, { "Running", GO_BOOL }, { "Paused", GO_BOOL }, { "Restarting", GO_BOOL },
	    { "OOMKilled", GO_BOOL }, { "Dead", GO_BOOL }, { "Pid", GO_NUMBER }, { "ExitCode", GO_NUMBER },
	    { "Error", GO_STRING }, { "StartedAt", GO_STRING }, { "FinishedAt", GO_STRING }, { "Health", GO_POINTER } } },
	{ { "Type", "Layers" }, { { "Type", GO_STRING }, { "Layers", GO_LIST } } },
};
/* With exactly two keys, which others have among theirs. */
static const GoStruct log_config = { { "Type", "Config" }, { { "Type", GO_STRING }, { "Config", GO_MAP } } };
/* clang-format on */

static bool has_keys(const GoStruct *s, const json_t *object)
{
	for (size_t i = 0; i < sizeof(s->keys) / sizeof(s->keys[0]) && s->keys[i]; i++)
		if (!json_object_get(object, s->keys[i]))
			return false;
	return true;
}

static const GoStruct *find_struct(const json_t *object)
{
	for (size_t i = 0; i < sizeof(structs) / sizeof(structs[0]); i++)
		if (has_keys(&structs[i], object))
			return &structs[i];
	return json_object_size(object) == 2 && has_keys(&log_config, object) ? &log_config : NULL;
}

/* The zero value of what the JSON leaves out. */
static const char *zero_text(GoKind kind)
{
	static const char *const texts[] = {
		[GO_STRING] = "",   [GO_NUMBER] = "0",	    [GO_BOOL] = "false",  [GO_LIST] = "[]",
		[GO_MAP] = "map[]", [GO_POINTER] = "<nil>", [GO_DURATION] = "0s",
	};

	return texts[kind];
}

static void print_field(Strbuf *out, GoKind kind, const json_t *value)
{
	cleanup_free char *duration = NULL;

	if (!value || json_is_null(value)) {
		strbuf_adds(out, zero_text(kind));
		return;
	}
	if (kind != GO_DURATION || !json_is_integer(value)) {
		value_print(out, value);
		return;
	}
	duration = duration_text(json_integer_value(value));
	strbuf_adds(out, duration);
}

bool value_print_struct(Strbuf *out, const json_t *object)
{
	const GoStruct *s = find_struct(object);

	if (!s)
		return false;
	strbuf_addc(out, '{');
	for (const struct GoField *f = s->fields; f->name; f++) {
		if (f != s->fields)
			strbuf_addc(out, ' ');
		print_field(out, f->kind, json_object_get(object, f->name));
	}
	strbuf_addc(out, '}');
	return true;
}

/* Fields that may be nil or left out, where that is not an empty list; `optional` ones are left
 * out. */
static const struct {
	const char *name;
	GoKind kind;
	bool optional;
} nils[] = {
	{ "Annotations", GO_MAP, true },
	{ "DriverOpts", GO_MAP, false },
	{ "ExposedPorts", GO_MAP, true },
	{ "Health", GO_POINTER, true },
	{ "Healthcheck", GO_POINTER, true },
	{ "IPAMConfig", GO_POINTER, false },
	{ "Init", GO_POINTER, true },
	{ "Labels", GO_MAP, false },
	{ "MemorySwappiness", GO_POINTER, false },
	{ "Mounts", GO_LIST, true },
	{ "OomKillDisable", GO_POINTER, false },
	{ "Options", GO_MAP, false },
	{ "PidsLimit", GO_POINTER, false },
	{ "Platform", GO_POINTER, false },
	{ "Shell", GO_LIST, true },
	{ "SizeRootFs", GO_POINTER, true },
	{ "SizeRw", GO_POINTER, true },
	{ "StopSignal", GO_STRING, true },
	{ "StopTimeout", GO_POINTER, true },
	{ "StorageOpt", GO_MAP, true },
	{ "Sysctls", GO_MAP, true },
	{ "Tmpfs", GO_MAP, true },
	{ "Variant", GO_STRING, true },
	{ "Volumes", GO_MAP, false },
};
#define N_NILS (sizeof(nils) / sizeof(nils[0]))

bool value_is_optional(const char *field)
{
	for (size_t i = 0; i < N_NILS; i++)
		if (streq(nils[i].name, field))
			return nils[i].optional;
	return false;
}

static bool is_list(const char *field)
{
	static const char *const lists[] = {
		"Aliases",
		"Authorization",
		"Binds",
		"CapAdd",
		"CapDrop",
		"Cmd",
		"DNSNames",
		"DeviceCgroupRules",
		"DeviceRequests",
		"Entrypoint",
		"Env",
		"ExecIDs",
		"ExtraHosts",
		"GroupAdd",
		"Links",
		"MaskedPaths",
		"OnBuild",
		"ReadonlyPaths",
		"SecurityOpt",
		"SecondaryIPAddresses",
		"VolumesFrom",
		"Warnings",
		"SecondaryIPv6Addresses",
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (streq(lists[i], field))
			return true;
	return false;
}

const char *value_nil_text(const char *field)
{
	for (size_t i = 0; i < N_NILS; i++)
		if (streq(nils[i].name, field))
			return zero_text(nils[i].kind);
	return is_list(field) ? zero_text(GO_LIST) : "<no value>";
}

#include "librunner/info.h"
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libcommon/units.h"
#include "racker/commands.h"
#include "racker/engine.h"
#include "racker/format-data.h"
#include "racker/format.h"

typedef struct InfoOptions {
	char *format;
} InfoOptions;

static const Flag options[] = {
	FLAG_STRING(InfoOptions, "format", 'f', format, FORMAT_HELP_DATA),
	FLAG_END,
};

static const char *text(const json_t *info, const char *key)
{
	const char *value = json_string_value(json_object_get(info, key));

	return value ? value : "";
}

static long long number(const json_t *info, const char *key)
{
	return (long long)json_integer_value(json_object_get(info, key));
}

static const char *yes(const json_t *info, const char *key)
{
	return json_is_true(json_object_get(info, key)) ? "true" : "false";
}

static void print_client(const json_t *client)
{
	printf("Client:\n"
	       " Version:    %s\n"
	       " Debug Mode: %s\n",
	       text(client, "Version"), yes(client, "Debug"));
}

static void print_counts(const json_t *info)
{
	printf("\nServer:\n"
	       " Containers: %lld\n"
	       "  Running: %lld\n"
	       "  Paused: %lld\n"
	       "  Stopped: %lld\n"
	       " Images: %lld\n"
	       " Server Version: %s\n",
	       number(info, "Containers"), number(info, "ContainersRunning"),
	       number(info, "ContainersPaused"), number(info, "ContainersStopped"),
	       number(info, "Images"), text(info, "ServerVersion"));
}

/* The elements of an array of strings. */
static void print_words(const char *title, const json_t *words)
{
	size_t i;
	json_t *word;

	printf("%s:", title);
	json_array_foreach(words, i, word)
		printf(" %s", json_string_value(word));
	putchar('\n');
}

static void print_drivers(const json_t *info)
{
	const json_t *plugins = json_object_get(info, "Plugins");
	size_t i;
	json_t *pair;

	printf(" Storage Driver: %s\n", text(info, "Driver"));
	json_array_foreach(json_object_get(info, "DriverStatus"), i, pair)
		printf("  %s: %s\n", json_string_value(json_array_get(pair, 0)),
		       json_string_value(json_array_get(pair, 1)));
	printf(" Logging Driver: %s\n"
	       " Cgroup Driver: %s\n"
	       " Cgroup Version: %s\n"
	       " Plugins:\n",
	       text(info, "LoggingDriver"), text(info, "CgroupDriver"),
	       text(info, "CgroupVersion"));
	print_words("  Network", json_object_get(plugins, "Network"));
	print_words("  Log", json_object_get(plugins, "Log"));
}

static void print_runtime(const json_t *info)
{
	const json_t *ours = json_object_get(info, "Racker");
	const char *version = text(ours, "NspawnVersion");

	printf(" Runtimes: nspawn\n"
	       " Default Runtime: %s\n"
	       " Init Binary: %s\n"
	       " systemd-nspawn version: %s\n"
	       " machined: %s\n"
	       " Security Options:\n"
	       "  seccomp\n"
	       "   Profile: builtin\n"
	       "  cgroupns\n",
	       text(info, "DefaultRuntime"), text(info, "InitBinary"),
	       *version			   ? version
	       : *text(ours, "NspawnPath") ? "unknown"
					   : "not installed",
	       yes(ours, "Machined"));
}

static void print_host(const json_t *info)
{
	cleanup_free char *memory = human_size_binary((double)number(info, "MemTotal"));

	printf(" Kernel Version: %s\n"
	       " Operating System: %s\n"
	       " OSType: %s\n"
	       " Architecture: %s\n"
	       " CPUs: %lld\n"
	       " Total Memory: %s\n"
	       " Name: %s\n"
	       " Racker Root Dir: %s\n"
	       " Debug Mode: %s\n",
	       text(info, "KernelVersion"), text(info, "OperatingSystem"), text(info, "OSType"),
	       text(info, "Architecture"), number(info, "NCPU"), memory, text(info, "Name"),
	       text(info, "DockerRootDir"), yes(info, "Debug"));
}

static void print_proxies(const json_t *info)
{
	static const struct {
		const char *key, *title;
	} rows[] = {
		{ "HttpProxy", "HTTP Proxy" },
		{ "HttpsProxy", "HTTPS Proxy" },
		{ "NoProxy", "No Proxy" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (*text(info, rows[i].key))
			printf(" %s: %s\n", rows[i].title, text(info, rows[i].key));
}

static void print_info(const json_t *info)
{
	size_t i;
	json_t *warning;

	print_client(json_object_get(info, "ClientInfo"));
	print_counts(info);
	print_drivers(info);
	print_runtime(info);
	print_host(info);
	print_proxies(info);
	printf(" Live Restore Enabled: %s\n\n", yes(info, "LiveRestoreEnabled"));
	(void)fflush(stdout);
	json_array_foreach(json_object_get(info, "Warnings"), i, warning)
		fprintf(stderr, "%s\n", json_string_value(warning));
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	cleanup_json json_t *info = NULL;
	const InfoOptions *o = opts;
	int r = engine_open(cli, &engine, err);

	(void)operands;
	if (r >= 0)
		r = system_info(engine.rt, &info, err);
	if (r < 0)
		return r;
	if (!str_empty(o->format))
		return format_data(o->format, "", info);
	print_info(info);
	return 0;
}

const Command command_info = {
	.name = "info",
	.aliases = "system info, info",
	.usage = "info [OPTIONS]",
	.summary = "Display system-wide information",
	.flags = COMMAND_COMMON,
	.options = options,
	.options_size = sizeof(InfoOptions),
	.run = run,
};

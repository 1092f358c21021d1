#include <sys/utsname.h>

#include "libcommon/alloc.h"
#include "libcommon/json.h"
#include "libcommon/str.h"
#include "libcommon/version.h"
#include "librunner/host.h"
#include "racker/commands.h"
#include "racker/format-data.h"
#include "racker/format.h"

typedef struct VersionOptions {
	char *format;
} VersionOptions;

static const Flag options[] = {
	FLAG_STRING(VersionOptions, "format", 'f', format, FORMAT_HELP_DATA),
	FLAG_END,
};

static json_t *nspawn_component(void)
{
	cleanup_free char *path = nspawn_find();
	cleanup_free char *version = path ? nspawn_version(path) : NULL;

	return json_pack("{s:s, s:s, s:{s:s}}", "Name", "systemd-nspawn", "Version",
			 version ? version
			 : path	 ? "unknown"
				 : "not installed",
			 "Details", "Path", path ? path : "");
}

/* Docker's shape: the program, and what it works with. There is no daemon: both are this build. */
static json_t *version_data(void)
{
	cleanup_free char *arch = host_architecture();
	struct utsname host = { 0 };

	(void)uname(&host);
	return json_pack("{s:{s:s, s:s, s:s, s:s},"
			 " s:{s:[{s:s, s:s, s:{s:s, s:s, s:s, s:s}}, o],"
			 " s:s, s:s, s:s, s:s, s:s}}",
			 "Client", "Version", racker_version, "GitCommit", racker_commit, "Os",
			 "linux", "Arch", arch, "Server", "Components", "Name", "Engine", "Version",
			 racker_version, "Details", "Arch", arch, "GitCommit", racker_commit,
			 "KernelVersion", host.release, "Os", "linux", nspawn_component(),
			 "Version", racker_version, "GitCommit", racker_commit, "Os", "linux",
			 "Arch", arch, "KernelVersion", host.release);
}

static const char *text(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "";
}

static void print_version(const json_t *data)
{
	const json_t *client = json_object_get(data, "Client");
	const json_t *server = json_object_get(data, "Server");
	const json_t *nspawn = json_array_get(json_object_get(server, "Components"), 1);

	printf("Client:\n"
	       " Version:           %s\n"
	       " Git commit:        %s\n"
	       " OS/Arch:           %s/%s\n",
	       text(client, "Version"), text(client, "GitCommit"), text(client, "Os"),
	       text(client, "Arch"));
	printf("\nServer:\n"
	       " Engine:\n"
	       "  Version:          %s\n"
	       "  Git commit:       %s\n"
	       "  OS/Arch:          %s/%s\n"
	       "  Kernel version:   %s\n",
	       text(server, "Version"), text(server, "GitCommit"), text(server, "Os"),
	       text(server, "Arch"), text(server, "KernelVersion"));
	printf(" %s:\n"
	       "  Version:          %s\n"
	       "  Path:             %s\n",
	       text(nspawn, "Name"), text(nspawn, "Version"),
	       text(json_object_get(nspawn, "Details"), "Path"));
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_json json_t *data = version_data();
	const VersionOptions *o = opts;

	(void)cli;
	(void)operands;
	(void)err;
	if (str_empty(o->format)) {
		print_version(data);
		return 0;
	}
	return format_data(o->format, "version", data);
}

const Command command_version = {
	.name = "version",
	.usage = "version [OPTIONS]",
	.summary = "Show the Racker version information",
	.flags = COMMAND_COMMON,
	.options = options,
	.options_size = sizeof(VersionOptions),
	.run = run,
};

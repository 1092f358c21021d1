/* racker: containers that are operating systems, by Docker's command line. */
#include "racker/commands.h"

#include "compose/cli/cli.h"
#include "libcommon/str.h"
#include "librunner/options/refused.h"
#include "racker/plugin.h"

/* clang-format off */
static const Command *const container_commands[] = {
	&command_attach,
	&command_commit,
	&command_container_inspect,
	&command_container_prune,
	&command_copy,
	&command_cp,
	&command_create,
	&command_diff,
	&command_enter,
	&command_exec,
	&command_export,
	&command_kill,
	&command_logs,
	&command_pause,
	&command_port,
	&command_ps,
	&command_rename,
	&command_report,
	&command_restart,
	&command_rm,
	&command_run,
	&command_start,
	&command_stats,
	&command_stop,
	&command_top,
	&command_unpause,
	&command_update,
	&command_wait,
	NULL,
};
/* clang-format on */

static const Command command_container = {
	.name = "container",
	.usage = "container COMMAND",
	.summary = "Manage containers",
	.flags = COMMAND_MANAGEMENT,
	.subcommands = container_commands,
};

static const Command *const image_commands[] = {
	&command_image_inspect, &command_images, &command_pull, &command_rmi, NULL,
};

static const Command command_image = {
	.name = "image",
	.usage = "image COMMAND",
	.summary = "Manage images",
	.flags = COMMAND_MANAGEMENT,
	.subcommands = image_commands,
};

/* clang-format off */
static const Command *const system_commands[] = {
	&command_events,
	&command_info,
	&command_start_enabled,
	NULL,
};
/* clang-format on */

static const Command command_system = {
	.name = "system",
	.usage = "system COMMAND",
	.summary = "Manage Racker",
	.flags = COMMAND_MANAGEMENT,
	.subcommands = system_commands,
};

/* clang-format off */
static const Command *const commands[] = {
	&command_run,
	&command_exec,
	&command_ps,
	&command_pull,
	&command_images,
	&command_version,
	&command_compose,
	&command_container,
	&command_image,
	&command_attach,
	&command_commit,
	&command_copy,
	&command_cp,
	&command_create,
	&command_diff,
	&command_enter,
	&command_events,
	&command_export,
	&command_info,
	&command_inspect,
	&command_kill,
	&command_logs,
	&command_network,
	&command_pause,
	&command_port,
	&command_rename,
	&command_report,
	&command_restart,
	&command_rm,
	&command_rmi,
	&command_start,
	&command_stats,
	&command_stop,
	&command_system,
	&command_top,
	&command_unpause,
	&command_update,
	&command_volume,
	&command_wait,
	NULL,
};
/* clang-format on */

static const Command racker = {
	.name = "racker",
	.usage = "racker [OPTIONS] COMMAND",
	.summary = "Operating system containers on systemd-nspawn",
	.subcommands = commands,
	.refused = refused_flags,
};

int main(int argc, char **argv)
{
	cleanup_strv char **words = NULL;
	int status = plugin_words(argc, argv, &words);

	if (status >= 0)
		return status;
	return words ? cli_main(&racker, (int)strv_length(words), words)
		     : cli_main(&racker, argc, argv);
}

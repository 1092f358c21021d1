/*
 * commands: the command tables of racker, one file each.
 */
#pragma once

#include "libcommon/cli/command.h"

/* clang-format off */
extern const Command command_attach;
extern const Command command_commit;
extern const Command command_container_inspect;
extern const Command command_container_prune;
extern const Command command_copy;
extern const Command command_cp;
extern const Command command_create;
extern const Command command_diff;
extern const Command command_enter;
extern const Command command_events;
extern const Command command_exec;
extern const Command command_export;
extern const Command command_image_inspect;
extern const Command command_images;
extern const Command command_info;
extern const Command command_inspect;
extern const Command command_kill;
extern const Command command_logs;
extern const Command command_network;
extern const Command command_network_connect;
extern const Command command_network_create;
extern const Command command_network_disconnect;
extern const Command command_network_inspect;
extern const Command command_network_ls;
extern const Command command_network_prune;
extern const Command command_network_reload;
extern const Command command_network_rm;
extern const Command command_pause;
extern const Command command_port;
extern const Command command_ps;
extern const Command command_pull;
extern const Command command_rename;
extern const Command command_report;
extern const Command command_restart;
extern const Command command_rm;
extern const Command command_rmi;
extern const Command command_run;
extern const Command command_start;
extern const Command command_start_enabled;
extern const Command command_stats;
extern const Command command_stop;
extern const Command command_top;
extern const Command command_unpause;
extern const Command command_update;
extern const Command command_version;
extern const Command command_volume;
extern const Command command_volume_create;
extern const Command command_volume_inspect;
extern const Command command_volume_ls;
extern const Command command_volume_prune;
extern const Command command_volume_rm;
extern const Command command_wait;
/* clang-format on */

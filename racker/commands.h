/*
 * commands: the command tables of racker, one file each.
 */
#pragma once

#include "libcommon/cli/command.h"

extern const Command command_exec, command_images, command_kill, command_logs, command_ps,
	command_pull, command_rm, command_rmi, command_run, command_stop, command_version,
	command_wait;
extern const Command command_inspect, command_container_inspect, command_image_inspect;

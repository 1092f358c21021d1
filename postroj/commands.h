/* commands: postroj's commands, one file each. */
#pragma once

#include "libcommon/cli/command.h"

extern const Command list_images_command;

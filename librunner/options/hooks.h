/*
 * hooks: commands of the host around a container's life (`--hook pre-start=COMMAND`).
 */
#pragma once

#include "librunner/container-config.h"

/* "pre-start=…", "post-start=…", "post-stop=…"; hook_clear() frees *ret. */
int hook_parse(const char *text, Hook *ret, Error **err);
bool hook_moment_valid(const char *when);
void hook_clear(Hook *hook);

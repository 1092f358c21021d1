/*
 * merge: what a container runs, made of the image's config and the command line by Docker's rules:
 * an entrypoint given drops the image's command, environment and labels are merged by name, all
 * else is the image's where nothing was given.
 */
#pragma once

#include "librunner/container.h"

/* Completes `config` (what was asked for) with the image's. */
void config_merge(ContainerConfig *config, const ImageConfig *image);

/* Entrypoint and command as one: *ret_path and *ret_args. -EINVAL: `no command specified`. */
int config_command(const ContainerConfig *config, char **ret_path, char ***ret_args, Error **err);

/* Whether a command is the system's own init, which a booted container runs anyway. */
bool command_is_init(const char *path, char *const *args);

/* The whole environment of the container's command: PATH, HOSTNAME, TERM for a terminal, and
 * Config.Env over them (`NAME` without a value removes it). Caller frees. */
char **container_environment(const Container *c);

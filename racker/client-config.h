/*
 * client-config: what docker's config.json says about the client itself.
 */
#pragma once

#include "libcommon/cli/command.h"

typedef struct ClientConfig {
	/* for `ps`, `images`, `volume ls` and `network ls` without --format */
	char *ps_format, *images_format, *volumes_format, *networks_format;
	char *detach_keys; /* for run, start, exec, attach without --detach-keys */
} ClientConfig;

/* Reads config.json of `--config`, DOCKER_CONFIG or ~/.docker. One that is not there says nothing;
 * a broken one is a warning, as in Docker. */
void client_config_read(const Cli *cli, ClientConfig *ret);
void client_config_clear(ClientConfig *c);
#define cleanup_client_config cleanup(client_config_clear)

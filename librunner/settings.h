/*
 * settings: what the host's config.yaml (RACKER_CONFIG, /etc/racker/config.yaml) says about
 * containers. Registries are libimage's.
 *
 *     hooks:
 *       pre-start: logger "$RACKER_NAME starts"
 *       post-stop: [first command, second command]
 *     start-timeout: 5m
 *     default-network: host
 */
#pragma once

#include "librunner/container-config.h"

typedef struct Settings {
	Hook *hooks;
	size_t n_hooks;
	char *default_network; /* NULL: network.h decides */
	int64_t start_timeout; /* seconds until a start has failed; 90 by default */
} Settings;

/* Without a file there are none. */
int settings_load(Settings *ret, Error **err);
int settings_parse(const char *text, size_t n, const char *path, Settings *ret, Error **err);
void settings_clear(Settings *s);
#define cleanup_settings cleanup(settings_clear)

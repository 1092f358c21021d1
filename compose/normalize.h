/*
 * normalize: what a compose file leaves unsaid, written into its tree: the network `default`, the
 * names of networks, volumes, secrets and configs, dependencies that links, shared namespaces and
 * volumes_from mean, values of variables that are named alone.
 */
#pragma once

#include "libcommon/json.h"

/* `env` is what interpolation sees. The tree is canonical. */
void compose_normalize(json_t *tree, const char *project, char *const *env);

/* Where the loader puts what a secret's variable holds. */
#define SECRET_VALUE "x-#value"
/* Takes out again what secrets' variables hold. */
void compose_hide_secrets(json_t *tree);

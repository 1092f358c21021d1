/*
 * normalize: what a compose file leaves unsaid, written into its tree: the network `default`, the
 * names of networks, volumes, secrets and configs, dependencies that links, shared namespaces and
 * volumes_from mean, values of variables that are named alone.
 */
#pragma once

#include "libcommon/json.h"

/* `env` is what interpolation sees. The tree is canonical. */
void compose_normalize(json_t *tree, const char *project, char *const *env);
/* NAME alone in lists of environment, and secrets and configs that are variables, get their values
 * from `env`: a secret's in SECRET_VALUE, a config's as its content. */
void compose_resolve_environment(json_t *tree, char *const *env);

#define SECRET_VALUE "x-#value"

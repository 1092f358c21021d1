/*
 * log-attributes: labels, variables and the tag that accompany the lines of a log.
 */
#pragma once

#include "librunner/container-config.h"

/* Those that `labels`, `labels-regex`, `env` and `env-regex` of the log options choose: NAME=value,
 * sorted by name. */
int log_attributes(const Container *c, char ***ret, Error **err);
/* The `tag` option, a template of Docker's (`{{.Name}}/{{.ID}}`), or NULL without one. */
int log_tag(const Container *c, char **ret, Error **err);

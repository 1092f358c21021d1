/*
 * bootstrap-host: what the host has for making trees: programs, and apt's configuration.
 */
#pragma once

#include <stdbool.h>

/* Whether PATH leads to it. */
bool host_has_program(const char *name);
/* The host's apt repositories in the format BOOTSTRAP_INDEXTARGETS; "" on hosts without apt. Caller
 * frees. */
char *host_repositories(void);
/* Sets http_proxy and https_proxy to what the host's apt uses, unless they are set. */
void host_add_proxies(char ***env);

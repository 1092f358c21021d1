/*
 * network: `--network` by the rules of Docker's client: a name, or `name=…,alias=…,ip=…`.
 */
#pragma once

#include "librunner/container-config.h"

/* *ret is the caller's: json_clear(&endpoint_type, …) and its `network`, or move it. */
int network_option_parse(const char *text, EndpointSettings *ret, Error **err);
void network_option_clear(EndpointSettings *e);
#define cleanup_network_option cleanup(network_option_clear)

/* Whether it is none of Docker's own modes: default, bridge, host, none, container:X. */
bool network_mode_is_user_defined(const char *mode);

/* "CONTAINER[:ALIAS]" of `--link`; the caller frees both, which may be NULL. */
int link_parse(const char *text, char **ret_container, char **ret_alias, Error **err);
/* An Ethernet address as people write it, into "02:42:ac:11:00:02". The caller frees. */
int mac_address_parse(const char *text, char **ret, Error **err);

/* network: what the commands of the group `network` share. */
#pragma once

#include "libcommon/cli/flags.h"
#include "librunner/network.h"

/* --subnet, --ip-range, --gateway and --aux-address of `network create`, as docker's client puts
 * them together. */
typedef struct IpamFlags {
	char **subnets, **ranges, **gateways, **aux_addresses;
} IpamFlags;
int ipam_flags_apply(const IpamFlags *f, Ipam *ret, Error **err);

/* For FLAG_CALL rows: values separated by commas; the row's offset is that of a char ** member. */
int parse_strings(const Flag *flag, const char *value, void *options, Error **err);
/* Shows an error of the command line itself, which is not the engine's. Returns the status 1. */
int network_client_error(const Error *e);

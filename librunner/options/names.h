/*
 * names: `--add-host`, `--dns`, `--dns-search`.
 */
#pragma once

#include "libcommon/error.h"

/* *ret is the address in its canonical form; the caller frees it. */
int ip_address_parse(const char *text, char **ret, Error **err);
/* "name:address" or "name=[address]"; *ret is "name:address". `host-gateway` is an address. */
int extra_host_parse(const char *text, char **ret, Error **err);
/* A domain name, or "." for none; *ret without the final dot. */
int dns_search_parse(const char *text, char **ret, Error **err);

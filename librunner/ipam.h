/*
 * ipam: which subnet a new network gets, and which address a container gets in it. Pure functions
 * of what is in use already; who calls them holds the lock and writes the result down.
 */
#pragma once

#include <stddef.h>

#include "libcommon/error.h"
#include "librunner/ip.h"
#include "librunner/network-config.h"

typedef struct IpNets {
	IpNet *list;
	size_t n, cap;
} IpNets;
void ipnets_add(IpNets *nets, const IpNet *net);
void ipnets_clear(IpNets *nets);
#define cleanup_ipnets cleanup(ipnets_clear)
bool ipnets_overlap(const IpNets *nets, const IpNet *net);

/* The subnets that the host has routes to, but for the default route; of /proc/net/route and
 * /proc/net/ipv6_route. */
void ipam_host_routes(IpNets *to);
/* The same from the text of those files. */
void ipam_parse_routes(const char *text, IpNets *to);
void ipam_parse_routes6(const char *text, IpNets *to);

/* The first of Docker's default pools (172.17.0.0/16 to 172.31.0.0/16, then /20s of 192.168.0.0/16)
 * that overlaps with nothing in `used`; for IPv6 a random /64 of fd00::/8 (RFC 4193). -ENOSPC when
 * there is none. */
int ipam_choose_subnet(int family, const IpNets *used, IpNet *ret, Error **err);

/* Checks what a user says of a subnet (Docker's words), writes addresses as inet_ntop(3) does and
 * sets the gateway where there is none: its first address. */
int ipam_complete_pool(IpamPool *pool, Error **err);

/* The first address of a pool that nobody has: not network, broadcast, gateway, auxiliary
 * addresses, nor one of `taken` (text, with or without a prefix length). -ENOSPC: `no available
 * IPv4 addresses on this network's address pools`. */
int ipam_choose_address(const IpamPool *pool, char *const *taken, Ip *ret, Error **err);
/* Whether an address can be given out: in the subnet and not in use. -EADDRINUSE: `Address already
 * in use`. */
int ipam_check_address(const IpamPool *pool, char *const *taken, const char *address, Error **err);
/* The pool whose subnet contains the address, or the first one of that family where `address` is
 * NULL; NULL when there is none. */
const IpamPool *ipam_pool_for(const Ipam *ipam, int family, const char *address);

/*
 * rtnl: interfaces of the network namespace that this process is in, by rtnetlink(7): what netavark
 * does not do. 0 or -errno.
 */
#pragma once

/* A veth pair; `name` is one of its ends. */
int rtnl_add_veth(const char *name);

int rtnl_add_bridge(const char *name);
/* A veth pair with one end in the bridge. */
int rtnl_add_bridge_port(const char *bridge, const char *name);
/* What is not there is fine. */
int rtnl_delete(const char *name);

/* As many ports as a bridge can have. */
#define RTNL_PORTS_MAX 1024
/* The indices of the interfaces in a bridge; returns their number. */
int rtnl_bridge_ports(const char *bridge, int ports[static RTNL_PORTS_MAX]);
/* Isolated ports of a bridge do not reach each other, but everything else. */
int rtnl_isolate_port(int ifindex);

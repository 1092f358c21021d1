/*
 * bridge-port: the port of a bridge at the host's end of a container's interface (rtnetlink(7)).
 */
#pragma once

/* Lets frames go out at the port that they came in by, which a container needs that asks the host
 * for a port of its own, where bridged packets pass the firewall (br_netfilter). `netns` is the
 * container's network namespace. 0 or -errno. Single-threaded callers only. */
int bridge_port_hairpin(int netns, const char *interface);

/*
 * usage: what a container uses now, read from its control group, its network namespace and the
 * kernel's counters: a dozen small files, no process is started. Counters only grow while it runs.
 */
#pragma once

#include <stdint.h>

#include "librunner/cgroup.h"

typedef struct Usage {
	uint64_t cpu_nsec; /* processor time */
	uint64_t memory; /* bytes, without what the kernel drops first (inactive file pages) */
	uint64_t memory_limit; /* bytes: the container's, at most the machine's */
	uint64_t memory_peak; /* bytes, with all; 0 where the kernel does not say */
	uint64_t net_received, net_sent; /* bytes; 0 with the host's network */
	uint64_t block_read, block_written; /* bytes */
	uint64_t pids;
} Usage;

/* `leader` is the container's PID 1, or 0. What a host's kernel does not count stays 0. */
void usage_read(const Cgroup *cg, pid_t leader, Usage *ret);

/* The parsers, for tests. */
uint64_t usage_parse_key(const char *text, const char *key); /* "key 12" lines */
void usage_parse_io_v2(const char *text, Usage *ret); /* io.stat */
void usage_parse_io_v1(const char *text, Usage *ret); /* blkio.*io_service_bytes* */
void usage_parse_network(const char *text, Usage *ret); /* /proc/PID/net/dev */

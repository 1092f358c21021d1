/*
 * limit-flags: the rows of the limits that both `run` and `update` have: one home for their names,
 * letters, types and members. `type` is the struct of the options and `host` the HostConfig in it.
 * Where Docker words a help text differently in the two commands, the piece is an argument.
 */
#pragma once

#include <stdint.h>

#include "libcommon/cli/flags.h"

/* Fill the int64_t at the flag's offset. */
int cpus_flag(const Flag *flag, const char *value, void *options, Error **err);
int memory_swap_flag(const Flag *flag, const char *value, void *options, Error **err);

/* clang-format off */
#define LIMIT_FLAG_BLKIO(type, host, tail) \
	FLAG_ROW(type, "blkio-weight", 0, FLAG_UINT, "uint16", host.blkio_weight, int64_t, \
		"Block IO (relative weight), between 10 and 1000, or 0 to disable" tail, .max = UINT16_MAX)

#define LIMIT_FLAGS_CPU(type, host, the) \
	FLAG_INT(type, "cpu-period", 0, host.cpu_period, \
		"Limit CPU CFS (Completely Fair Scheduler) period"), \
	FLAG_INT(type, "cpu-quota", 0, host.cpu_quota, \
		"Limit CPU CFS (Completely Fair Scheduler) quota"), \
	FLAG_INT(type, "cpu-rt-period", 0, host.cpu_rt_period, \
		"Limit " the "CPU real-time period in microseconds"), \
	FLAG_INT(type, "cpu-rt-runtime", 0, host.cpu_rt_runtime, \
		"Limit " the "CPU real-time runtime in microseconds"), \
	FLAG_INT(type, "cpu-shares", 'c', host.cpu_shares, "CPU shares (relative weight)"), \
	FLAG_CALL("cpus", 0, "decimal", cpus_flag, "Number of CPUs", \
		.offset = offsetof(type, host.nano_cpus)), \
	FLAG_STRING(type, "cpuset-cpus", 0, host.cpuset_cpus, \
		"CPUs in which to allow execution (0-3, 0,1)"), \
	FLAG_STRING(type, "cpuset-mems", 0, host.cpuset_mems, \
		"MEMs in which to allow execution (0-3, 0,1)")

#define LIMIT_FLAGS_MEMORY(type, host, minus_one) \
	FLAG_BYTES(type, "memory", 'm', host.memory, "Memory limit"), \
	FLAG_BYTES(type, "memory-reservation", 0, host.memory_reservation, "Memory soft limit"), \
	FLAG_CALL("memory-swap", 0, "bytes", memory_swap_flag, \
		"Swap limit equal to memory plus swap: " minus_one " to enable unlimited swap", \
		.offset = offsetof(type, host.memory_swap))

#define LIMIT_FLAG_PIDS(type, host) \
	FLAG_INT(type, "pids-limit", 0, host.pids_limit, \
		"Tune container pids limit (set -1 for unlimited)")
/* clang-format on */

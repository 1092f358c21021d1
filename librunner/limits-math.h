/*
 * limits-math: the arithmetic between Docker's limits, the files of both versions of control groups
 * and systemd's unit properties, in one place. The conversions are runc's, so that the same flags
 * mean the same shares of a machine.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "librunner/container-config.h"

/* What the kernel and Docker take where no period was given, in microseconds. */
#define CPU_PERIOD_DEFAULT 100000

/* cpu.shares (2 to 262144) as cpu.weight (1 to 10000). */
uint64_t cpu_weight_from_shares(int64_t shares);
/* blkio.weight (10 to 1000) as io.weight (1 to 10000). */
uint64_t io_weight_from_blkio(int64_t weight);

typedef struct CpuBandwidth {
	int64_t period, quota; /* microseconds; quota -1: unlimited, 0: not given */
} CpuBandwidth;
/* From --cpus, or from --cpu-period and --cpu-quota. False when none was given. */
bool cpu_bandwidth(const HostConfig *h, CpuBandwidth *ret);

/* What memory and swap may be together (cgroup v1): -1 unlimited, 0 not given. Docker allows as
 * much swap as memory where only --memory was given. */
int64_t memory_and_swap(const HostConfig *h);
/* The swap alone (v2): -1 unlimited, -2 not given. */
#define SWAP_NOT_GIVEN (-2)
int64_t swap_alone(const HostConfig *h);

/* systemd-nspawn and the two processes that it starts with: fewer, and nothing starts. The unit has
 * the monitor and its short-lived helpers too. */
#define PIDS_LEAST 3
#define PIDS_LEAST_UNIT 8

/* "0-2,5" as a set of bits, least significant byte first, at most `size` bytes of which *ret_n are
 * used. -EINVAL: not a list; -ERANGE: a number that does not fit. */
int cpu_list_parse(const char *text, uint8_t *ret, size_t size, size_t *ret_n);

/*
 * usage-log: what a container has used over time. The monitor appends a record now and then to
 * `usage.log` in the container's directory, which stays after the end; the file never outgrows
 * USAGE_LOG_MAX, because old records are thinned out: the longer ago, the coarser.
 *
 * Counters are those of one run of the container and begin at 0 with it.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "librunner/usage.h"

#define USAGE_LOG_MAX (256 << 10)

typedef struct UsageRecord {
	int64_t when; /* milliseconds since 1970 */
	int64_t run; /* the same of the run's begin */
	Usage usage;
} UsageRecord;

/* Now, as records have it. */
int64_t usage_log_now(void);
/* Appends one record. 0 or -errno. */
int usage_log_append(int container_dirfd, const UsageRecord *r);
/* All records, oldest first; what is no record is left out. No file is no record. Caller frees. */
int usage_log_read(int container_dirfd, UsageRecord **ret, size_t *ret_n);

typedef struct UsageSummary {
	int64_t from, to; /* the period, milliseconds since 1970 */
	int64_t up_msec; /* how long it ran in it */
	int64_t runs;
	uint64_t cpu_nsec;
	double cpu_peak; /* the busiest time between two records, in percent of one processor */
	double memory_average; /* while it ran */
	uint64_t memory_peak, pids_peak;
	uint64_t net_received, net_sent, block_read, block_written;
} UsageSummary;

/* Sums up the time from `from` to `to`. What happened between two records is spread evenly. */
void usage_summarise(const UsageRecord *records, size_t n, int64_t from, int64_t to,
		     UsageSummary *ret);

/*
 * limits: how Docker's command line writes limits (`--cpus`, `--memory-swap`, `--ulimit`, weights
 * and rates of devices). Errors are the reasons that follow `invalid argument … for … flag: `.
 */
#pragma once

#include "librunner/container-config.h"

/* A decimal number or a fraction ("1.5", "1/2", "5e-1") of CPUs, into billionths. */
int cpus_parse(const char *text, int64_t *ret_nano, Error **err);
/* A size, or -1 for no limit. */
int memory_swap_parse(const char *text, int64_t *ret, Error **err);

/* "nofile=1024:2048", "core=-1". *ret is the caller's: free(ret->name). */
int ulimit_parse(const char *text, Ulimit *ret, Error **err);
bool ulimit_name_valid(const char *name);
/* Adds to an array sorted by name, or replaces the one of that name; takes ownership of `limit`. */
void ulimits_set(Ulimit **limits, size_t *n, Ulimit limit);

/* "/dev/sda:1mb" and "/dev/sda:1000"; free(ret->path). */
int throttle_bps_parse(const char *text, ThrottleDevice *ret, Error **err);
int throttle_iops_parse(const char *text, ThrottleDevice *ret, Error **err);
/* "/dev/sda:500". */
int weight_device_parse(const char *text, WeightDevice *ret, Error **err);

/*
 * run-values: the FLAG_CALL functions of run_flags[]; private to the table.
 */
#pragma once

#include "librunner/options/env.h"
#include "librunner/options/run-flags.h"

#define RUN_VALUE(name) int name(const Flag *flag, const char *value, void *options, Error **err)

RUN_VALUE(parse_add_host);
RUN_VALUE(parse_annotation);
RUN_VALUE(parse_attach);
RUN_VALUE(parse_device_rule);
RUN_VALUE(parse_dns);
RUN_VALUE(parse_dns_search);
RUN_VALUE(parse_hook);
RUN_VALUE(parse_label);
RUN_VALUE(parse_link);
RUN_VALUE(parse_network);
RUN_VALUE(parse_mount);
RUN_VALUE(parse_path); /* appends to a vector; in a fragment, relative to it */
RUN_VALUE(parse_stop_timeout);
RUN_VALUE(parse_sysctl);
RUN_VALUE(parse_throttle_bps);
RUN_VALUE(parse_throttle_iops);
RUN_VALUE(parse_timeout);
RUN_VALUE(parse_ulimit);
RUN_VALUE(parse_weight_device);
